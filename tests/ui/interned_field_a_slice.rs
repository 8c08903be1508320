use weakcache::interned;

#[interned]
struct Text {
    bytes: [u8],
}

fn main() {}
