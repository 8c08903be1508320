use weakcache::interned;

#[interned]
struct Text {
    text: str,
}

fn main() {}
