use weakcache::memoize;

#[memoize(lru = 1, lru = 2)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
