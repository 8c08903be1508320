use weakcache::interned;

#[interned]
struct Date(u32);

#[interned]
impl From<u32> for Date {
    fn from(days: u32) -> Self {
        Self(days)
    }
}

fn main() {
    let _ = Date::from(1);
}
