use weakcache::memoize;

#[memoize(cache_if = |value| value + 1)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
