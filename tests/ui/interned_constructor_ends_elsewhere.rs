use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
struct Other(u32);

#[interned]
impl Date {
    fn number() -> Self {
        1
    }

    fn nothing() -> Result<Self, String> {
        Ok(())
    }

    fn other() -> Option<Self> {
        Some(Other::new(1))
    }

    fn wrong_error() -> Result<Self, String> {
        Err(1)
    }
}

fn main() {}
