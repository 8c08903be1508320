use weakcache::memoize;

#[memoize(ttl = "60x")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
