use weakcache::interned;

use std::hash::{BuildHasher, DefaultHasher};

struct Seeded(u64);

impl BuildHasher for Seeded {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

#[interned(hasher = Seeded)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
