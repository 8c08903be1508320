use weakcache::interned;

#[interned(local)]
struct Symbol(String);

fn main() {
    let x = Symbol::new("x");
    std::thread::spawn(move || drop(x));
    let registry = Symbol::registry();
    std::thread::spawn(move || drop(registry));
}
