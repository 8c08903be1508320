use weakcache::memoize;

#[memoize(ttl = 's')]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
