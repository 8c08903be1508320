use std::hash::{BuildHasher, DefaultHasher};
use weakcache::memoize;

struct Seeded(u64);

impl BuildHasher for Seeded {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

#[memoize(hasher = Seeded)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
