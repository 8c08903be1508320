use weakcache::memoize;

#[memoize(lru = 99999999999999999999999)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
