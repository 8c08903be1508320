use weakcache::interned;

#[interned]
#[repr(packed)]
struct Row {
    id: u64,
    cells: [u8],
}

fn main() {}
