use weakcache::memoize;

struct price;

#[memoize]
fn price(x: u32) -> u32 {
    x
}

fn main() {}
