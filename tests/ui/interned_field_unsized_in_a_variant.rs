use weakcache::interned;

#[interned]
enum Text {
    Str(str),
    Bytes { id: u8, bytes: [u8] },
}

fn main() {}
