use std::time::Duration;
use weakcache::memoize;

#[memoize(ttl_of = "60s")]
fn text(x: u32) -> u32 {
    x
}

#[memoize(ttl_of = |value| Duration::from_secs(*value))]
fn one(x: u32) -> u32 {
    x
}

#[memoize(ttl_of)]
fn nothing(x: u32) -> u32 {
    x
}

#[memoize(ttl_of = |_, value| *value)]
fn number(x: u32) -> u32 {
    x
}

#[memoize(ttl_of = LONG)]
fn constant(x: u32) -> u32 {
    x
}

#[memoize(ttl_of = |key, _| Duration::from_secs(key.len() as u64))]
fn no_method(x: u32) -> u32 {
    x
}

const LONG: Duration = Duration::from_secs(1);

fn main() {}
