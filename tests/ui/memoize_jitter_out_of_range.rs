use weakcache::memoize;

#[memoize(ttl = "1m", jitter = 1.5)]
fn above(x: u32) -> u32 {
    x
}

#[memoize(ttl = "1m", jitter = -0.1)]
fn below(x: u32) -> u32 {
    x
}

#[memoize(ttl = "1m", jitter = 0.0)]
fn none(x: u32) -> u32 {
    x
}

#[memoize(ttl = "1m", jitter = 10)]
fn percent(x: u32) -> u32 {
    x
}

#[memoize(ttl = "1m", jitter = 1)]
fn whole(x: u32) -> u32 {
    x
}

#[memoize(ttl = "1m", jitter = "10%")]
fn quoted(x: u32) -> u32 {
    x
}

#[memoize(ttl = "1m", jitter = 0.1f32)]
fn other(x: u32) -> u32 {
    x
}

#[memoize(ttl = "1m", jitter = TENTH)]
fn named(x: u32) -> u32 {
    x
}

const TENTH: u32 = 10;

fn main() {}
