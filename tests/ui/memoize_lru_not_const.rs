use weakcache::memoize;

#[memoize(lru = size())]
fn f(x: u32) -> u32 {
    x
}

fn size() -> usize {
    128
}

fn main() {}
