use weakcache::interned;

#[interned]
struct Symbol<T> {
    text: T,
}

fn of(text: &str) {
    let _ = Symbol::new(text);
}

fn main() {
    of("x");
}
