use weakcache::memoize;

#[memoize(lru = 0)]
fn zero(x: u32) -> u32 {
    x
}

#[memoize(lru = -1)]
fn negative(x: u32) -> u32 {
    x
}

#[memoize(lru = "128")]
fn text(x: u32) -> u32 {
    x
}

#[memoize(lru)]
fn missing(x: u32) -> u32 {
    x
}

#[memoize(lru = 128u8)]
fn suffix(x: u32) -> u32 {
    x
}

#[memoize(lru(128))]
fn parentheses(x: u32) -> u32 {
    x
}

#[memoize(local = true, weak(), cache_errors = 1)]
fn flags(x: u32) -> u32 {
    x
}

#[memoize(single_flight = "no", controls = true, name = 5, skip, skip())]
fn others(x: u32) -> u32 {
    x
}

#[memoize(lru = 1, lru = 2)]
fn twice(x: u32) -> u32 {
    x
}

fn main() {}
