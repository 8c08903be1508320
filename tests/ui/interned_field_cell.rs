use weakcache::interned;

use std::cell::Cell;

#[interned]
struct Symbol {
    id: u64,
    #[interned(init = Cell::new(0))]
    uses: Cell<u8>,
}

fn main() {
    let _ = Symbol::new(1);
}
