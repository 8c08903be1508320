use weakcache::interned;

#[interned]
use std::cmp::Ordering;

fn main() {
    let _ = Ordering::Less;
}
