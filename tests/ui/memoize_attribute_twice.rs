use weakcache::memoize;

#[memoize]
#[memoize(lru = 4)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
