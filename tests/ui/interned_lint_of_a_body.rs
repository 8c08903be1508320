#![deny(warnings)]

use weakcache::interned;

#[interned(new = false)]
struct Date(u32);

#[interned]
impl Date {
    pub fn of(days: u32, unused: u32) -> Self {
        let mut unread = 1;
        return Self(days);
        Self(unread)
    }
    #[track_caller]
    pub fn tracked(days: u32, unused: u32) -> Self {
        let mut unread = 1;
        Self(days)
    }
}

fn main() {
    println!("{} {}", Date::of(1, 2).0, Date::tracked(1, 2).0);
}
