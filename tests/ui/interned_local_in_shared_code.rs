use weakcache::{Intern, Interned, LocalInterned, interned};

#[interned(local)]
struct Symbol(String);

fn shared<T: Intern>(value: T) -> Interned<T> {
    value.intern()
}

fn main() {
    let _ = shared(Symbol("x".into()));
    let _ = LocalInterned::number(&Symbol::new("x"));
    let _ = LocalInterned::borrow(&Symbol::new("x"));
}
