use weakcache::memoize;

fn size() -> u32 {
    128
}

#[memoize(lru = size())]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
