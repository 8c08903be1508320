use weakcache::memoize;

#[memoize(lru = 128u8)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
