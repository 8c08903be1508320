use weakcache::memoize;

#[memoize(lru: 128)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
