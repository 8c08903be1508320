use weakcache::memoize;

#[memoize(cache_errors)]
fn f(x: u32) -> Option<u32> {
    Some(x)
}

fn main() {}
