use weakcache::interned;

#[interned]
struct Text {
    id: u64,
    #[interned(init = &|| 1)]
    call: &'static dyn Fn() -> u8,
}

fn main() {}
