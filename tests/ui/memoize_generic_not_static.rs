use std::hash::Hash;
use weakcache::memoize;

#[memoize]
fn f<T: Hash + Eq + Clone + Send + Sync>(x: T) -> u32 {
    let _ = x;
    1
}

fn main() {}
