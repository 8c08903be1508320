use weakcache::memoize;

#[memoize(lru = 1.5)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
