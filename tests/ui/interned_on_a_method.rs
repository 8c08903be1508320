use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

impl Date {
    #[interned]
    fn epoch() -> Self {
        Self(0)
    }
}

fn main() {
    let _ = Date::epoch().0;
}
