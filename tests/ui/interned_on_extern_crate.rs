use weakcache::interned;

#[interned]
extern crate std as standard;

fn main() {}
