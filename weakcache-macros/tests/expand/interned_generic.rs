#[interned(new = "of", crate = my::cache)]
struct Row<T: Clone, const N: usize> {
    cells: [T; N],
    tags: Vec<T>,
}
