use weakcache::interned;

struct Row<const N: usize>;

#[interned]
struct Table<const N: usize> {
    items: [u8; Self::LENGTH],
    row: Row<{ Self::LENGTH }>,
    rest: [u8; N],
}

fn main() {}
