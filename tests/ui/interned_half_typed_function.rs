use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
impl Date {
    fn epoch() -> Self {
        Self(0)
    }

    fn new(days: u32) -> Sel
}

fn main() {
    let _ = Date::epoch().0;
}
