use weakcache::memoize;

#[memoize(lru = 128, capacity = 1024)]
fn lru_first(x: u32) -> u32 {
    x
}

#[memoize(capacity = 1024, ttl = "60s", lru = 128)]
fn capacity_first(x: u32) -> u32 {
    x
}

fn main() {}
