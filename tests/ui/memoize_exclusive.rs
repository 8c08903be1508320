use std::sync::Arc;
use weakcache::memoize;

#[memoize(skip(y), key = x)]
fn key_and_skip(x: u32, y: u32) -> u32 {
    x + y
}

#[memoize(cache_errors, err_ttl = "1s")]
fn errors(x: u32) -> Result<u32, String> {
    Ok(x)
}

#[memoize(weak, cache_errors)]
fn weak_errors(x: u32) -> Result<Arc<u32>, String> {
    Ok(Arc::new(x))
}

#[memoize(local, single_flight = false)]
fn local(x: u32) -> u32 {
    x
}

fn main() {}
