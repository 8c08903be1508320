use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
impl Date {
    pub async fn fetch() -> Self {
        Self(1)
    }

    pub const fn epoch() -> Self {
        Self(0)
    }

    pub const unsafe fn unchecked(days: u32) -> Option<Self> {
        Some(Self(days))
    }
}

fn main() {}
