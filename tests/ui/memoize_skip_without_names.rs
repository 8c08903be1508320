use weakcache::memoize;

#[memoize(skip)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
