use weakcache::memoize;

#[memoize(local = true)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
