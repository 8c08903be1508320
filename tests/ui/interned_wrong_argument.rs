use weakcache::interned;

#[interned]
struct Symbol {
    name: String,
    id: u8,
}

fn main() {
    let _ = Symbol::new(3, 1);
    let _ = Symbol::new("x", "y");
    let _ = Symbol::new("x");
}
