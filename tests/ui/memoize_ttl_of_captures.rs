use std::time::Duration;
use weakcache::memoize;

#[memoize(skip(more), ttl_of = |_, _| Duration::from_secs(*more))]
fn skipped(x: u32, more: &u64) -> u64 {
    u64::from(x) + more
}

#[memoize(ttl_of = |_, _| Duration::from_secs(u64::from(*x)))]
fn kept(x: u32) -> u32 {
    x
}

fn main() {}
