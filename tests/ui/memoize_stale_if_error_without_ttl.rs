use weakcache::memoize;

#[memoize(stale_if_error = "1d", idle = "1m")]
fn f(x: u32) -> Result<u32, String> {
    Ok(x)
}

fn main() {}
