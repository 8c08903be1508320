use weakcache::memoize;

#[memoize(bounded)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
