use weakcache::memoize;

#[memoize(err_ttl = "0ms")]
fn f(x: u32) -> Result<u32, String> {
    Ok(x)
}

fn main() {}
