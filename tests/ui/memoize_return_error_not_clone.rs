use weakcache::memoize;

#[memoize(cache_errors)]
fn f(x: u32) -> std::io::Result<u32> {
    Ok(x)
}

fn main() {}
