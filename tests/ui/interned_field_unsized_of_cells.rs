use std::cell::Cell;
use weakcache::interned;

#[interned]
struct Row {
    id: u64,
    cells: [Cell<u8>],
}

fn main() {}
