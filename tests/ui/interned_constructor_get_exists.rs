use weakcache::interned;

#[interned]
struct Date(u32);

#[interned]
impl Date {
    fn get(days: u32) -> Self {
        Self(days)
    }
}

fn main() {}
