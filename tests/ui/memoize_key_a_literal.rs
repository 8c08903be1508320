use weakcache::memoize;

#[memoize(key = "x")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
