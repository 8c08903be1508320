use weakcache::interned;

#[interned]
struct Text {
    id: u64,
    #[interned(borrow)]
    text: str,
}

fn main() {}
