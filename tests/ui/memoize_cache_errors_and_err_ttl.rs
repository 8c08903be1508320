use weakcache::memoize;

#[memoize(cache_errors, err_ttl = "1s")]
fn f(x: u32) -> Result<u32, String> {
    Ok(x)
}

fn main() {}
