use weakcache::memoize;

#[memoize(cache_if = value > 0)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
