use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
struct Other(u32);

#[interned]
impl Date {
    fn epoch() -> Option<Self> {
        Some(Other::new(1))
    }
}

fn main() {
    let _ = Other::new(1).0;
}
