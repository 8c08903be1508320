use weakcache::memoize;

#[memoize("60s")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
