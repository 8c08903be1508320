use std::sync::Arc;
use weakcache::memoize;

#[memoize(weak, cache_errors)]
fn f(x: u32) -> Result<Arc<u32>, String> {
    Ok(Arc::new(x))
}

fn main() {}
