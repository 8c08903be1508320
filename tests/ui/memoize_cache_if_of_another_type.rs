use weakcache::memoize;

#[memoize(cache_if = |value: &str| value.is_empty())]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
