use weakcache::memoize;

#[memoize(name = 5)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
