use weakcache::interned;

#[interned]
struct Config {
    #[interned(init = 1)]
    a: u8,
    #[interned(init = 2)]
    b: u8,
}

fn main() {
    let _ = Config::new();
}
