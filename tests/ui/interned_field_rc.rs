use weakcache::interned;

use std::rc::Rc;

#[interned]
struct Symbol {
    id: u64,
    text: Rc<str>,
}

fn main() {
    let _ = Symbol::new(1, "x".into());
}
