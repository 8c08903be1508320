use weakcache::interned;

#[interned]
struct Date(u32);

impl Date {
    fn new(days: u32) -> u32 {
        days
    }
}

#[interned]
#[derive(PartialEq, Eq, Hash)]
struct Twice(u32);

#[interned]
impl Twice {
    fn get(days: u32) -> Self {
        Self(days)
    }
}

fn main() {}
