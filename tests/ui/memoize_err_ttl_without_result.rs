use weakcache::memoize;

#[memoize(err_ttl = "1s")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
