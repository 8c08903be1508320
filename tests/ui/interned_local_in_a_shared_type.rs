use weakcache::{LocalInterned, interned};

#[interned(local)]
struct Symbol(String);

#[interned]
struct Call {
    callee: LocalInterned<Symbol>,
    id: u32,
}

fn main() {
    let _ = Call::new(Symbol::new("f"), 1);
}
