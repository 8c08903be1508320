use weakcache::memoize;

#[memoize(ttl = "1.5s")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
