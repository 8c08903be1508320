use weakcache::memoize;

#[memoize(cache_err)]
fn f(x: u32) -> Result<u32, String> {
    Ok(x)
}

fn main() {}
