use weakcache::interned;

#[interned]
struct Symbol {
    text: *const u8,
}

fn main() {
    let _ = Symbol::new(std::ptr::null());
}
