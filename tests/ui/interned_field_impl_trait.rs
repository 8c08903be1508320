use weakcache::interned;

#[interned]
struct Hook {
    call: impl Fn(),
}

fn main() {}
