use weakcache::memoize;

#[memoize(ttl)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
