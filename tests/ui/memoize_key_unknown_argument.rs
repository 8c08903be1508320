use weakcache::memoize;

#[memoize(key = y)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
