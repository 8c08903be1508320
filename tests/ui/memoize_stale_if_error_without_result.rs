use weakcache::memoize;

#[memoize(ttl = "1m", stale_if_error = "1d")]
fn f(x: u32) -> Option<u32> {
    Some(x)
}

fn main() {}
