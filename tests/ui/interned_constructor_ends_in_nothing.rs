use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
struct Other(u32);

#[interned]
impl Date {
    fn epoch() -> Result<Self, String> {
        Ok(())
    }
}

fn main() {
    let _ = Other::new(1).0;
}
