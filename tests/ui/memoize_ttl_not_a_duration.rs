use weakcache::memoize;

const SECONDS: u64 = 60;

#[memoize(ttl = SECONDS)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
