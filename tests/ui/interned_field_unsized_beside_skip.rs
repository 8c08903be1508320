use weakcache::interned;

#[interned(new = false)]
struct Text {
    #[interned(skip)]
    id: u64,
    text: str,
}

fn main() {}
