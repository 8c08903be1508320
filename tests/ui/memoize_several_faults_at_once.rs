use weakcache::memoize;

#[memoize(size = 10, lru = 0, ttl = "60", local = true, shards = 4, skip(y), "x")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
