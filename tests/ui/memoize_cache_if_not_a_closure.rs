use weakcache::memoize;

#[memoize(cache_if = true)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
