use weakcache::memoize;

#[memoize(ttl = "1m", stale_if_error = "1d", cache_errors)]
fn f(x: u32) -> Result<u32, String> {
    Ok(x)
}

fn main() {}
