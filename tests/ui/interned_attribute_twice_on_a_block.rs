use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
#[interned]
impl Date {
    fn epoch() -> Self {
        Self(0)
    }
}

fn main() {}
