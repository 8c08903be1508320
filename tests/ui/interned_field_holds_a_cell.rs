use weakcache::interned;

use std::cell::RefCell;

struct Inner(RefCell<u8>);

#[interned]
struct Symbol {
    id: u64,
    #[interned(init = Inner(RefCell::new(0)))]
    inner: Inner,
}

fn main() {
    let _ = Symbol::new(1).inner.0;
}
