use weakcache::interned;

#[interned]
struct Text {
    id: u64,
    #[interned(init = Box::new(|| 1))]
    call: Box<dyn Fn() -> u8 + Send>,
}

fn main() {}
