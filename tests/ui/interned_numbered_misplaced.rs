use weakcache::{Interned, interned};

#[interned(numbered = true)]
struct Symbol(String);

#[interned(numbered, numbered)]
struct Twice(#[interned(numbered)] u8);

#[interned(numbered)]
impl Symbol {}

#[interned(numberd)]
struct Misspelled(u8);

fn main() {
    let _ = (Symbol::new("x").0.len(), Twice::new(1).0, Misspelled::new(1).0);
    let _: u64 = Interned::number(&Symbol::new("x"));
}
