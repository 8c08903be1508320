use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned(new = "make")]
impl Date {
    fn epoch() -> Self {
        Self(0)
    }
}

fn main() {
    let _ = Date::epoch().0;
}
