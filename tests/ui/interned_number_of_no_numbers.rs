use weakcache::{Interned, interned};

#[interned]
struct Symbol(String);

fn main() {
    let _ = Interned::number(&Symbol::new("x"));
}
