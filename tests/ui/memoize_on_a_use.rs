use weakcache::memoize;

#[memoize]
pub use std::cmp::Ordering;

fn main() {}
