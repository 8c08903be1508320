use weakcache::interned;

#[interned(new = false)]
struct Text {
    id: u64,
    #[interned(skip)]
    bytes: [u8],
}

fn main() {}
