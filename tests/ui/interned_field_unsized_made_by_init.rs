use weakcache::interned;

#[interned]
struct Text {
    id: u64,
    #[interned(init = *"text")]
    text: str,
}

fn main() {}
