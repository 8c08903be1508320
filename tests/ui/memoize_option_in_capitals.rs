use weakcache::memoize;

#[memoize(LRU = 128)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
