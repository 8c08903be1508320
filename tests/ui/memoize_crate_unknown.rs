use weakcache::memoize;

#[memoize(crate = cache)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
