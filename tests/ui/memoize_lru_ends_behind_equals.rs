use weakcache::memoize;

#[memoize(lru =)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
