use weakcache::interned;

#[interned]
struct Date(u32);

impl Date {
    fn new(days: u32) -> u32 {
        days
    }
}

fn main() {}
