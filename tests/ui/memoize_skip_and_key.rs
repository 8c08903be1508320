use weakcache::memoize;

#[memoize(skip(y), key = *x)]
fn f(x: u32, y: u32) -> u32 {
    x + y
}

fn main() {}
