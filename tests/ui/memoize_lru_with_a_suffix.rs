use weakcache::memoize;

#[memoize(lru = 10k)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
