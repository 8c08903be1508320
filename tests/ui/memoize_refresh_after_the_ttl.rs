use weakcache::memoize;

#[memoize(ttl = "60s", refresh_after = "1m")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
