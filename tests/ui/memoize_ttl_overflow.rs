use weakcache::memoize;

#[memoize(ttl = "99999999999999999999s")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
