use weakcache::memoize;

#[memoize(lru = 128; ttl = "60s")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
