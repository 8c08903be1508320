use weakcache::memoize;

mod price {}

#[memoize]
fn price(x: u32) -> u32 {
    x
}

fn main() {}
