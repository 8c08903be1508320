use weakcache::interned;

#[interned]
struct Date(u32);

#[interned]
impl From<u32> for Date {
    fn from(days: u32) -> Self {
        Self(days)
    }
}

#[interned(new = "make")]
impl Date {
    fn epoch() -> Self {
        Self(0)
    }
}

fn main() {
    let _ = Date::from(1);
    let _ = Date::epoch().0;
}
