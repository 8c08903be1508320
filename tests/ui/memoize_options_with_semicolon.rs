use weakcache::memoize;

#[memoize(lru = 128; ttl = "60s")]
fn f(x: u32) -> u32 {
    x
}

#[memoize(weight = "64 MiB"; weigh = |_, value| *value as usize)]
fn closure(x: u32) -> u32 {
    x
}

#[memoize(local; weak; lru = 0)]
fn flags(x: u32) -> u32 {
    x
}

fn main() {}
