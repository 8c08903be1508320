use std::hash::RandomState;
use weakcache::memoize;

#[memoize(hasher = RandomState::new(), lru = 0)]
fn f(x: u32) -> u32 {
    x
}

#[memoize(hasher = std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default())]
fn g(x: u32) -> u32 {
    x
}

fn main() {}
