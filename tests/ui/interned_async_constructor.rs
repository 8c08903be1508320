use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
impl Date {
    pub async fn epoch() -> Self {
        Self(0)
    }
}

fn main() {}
