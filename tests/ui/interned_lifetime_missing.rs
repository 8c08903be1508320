use weakcache::interned;

#[interned]
struct Name {
    text: &str,
}

fn main() {
    let _ = Name::new("x");
}
