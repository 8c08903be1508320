#[memoize(controls = "width_of")]
fn width<T: Layout + 'static>(count: usize) -> usize {
    count * T::WIDTH
}
