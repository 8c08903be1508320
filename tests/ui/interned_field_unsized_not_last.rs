use weakcache::interned;

#[interned]
struct Text {
    text: str,
    bytes: [u8],
    id: u64,
}

fn main() {}
