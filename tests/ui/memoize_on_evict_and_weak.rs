use weakcache::memoize;

#[memoize(weak, on_evict = |_, _, _| ())]
fn weak(x: u32) -> std::sync::Arc<u32> {
    x.into()
}

#[memoize(weak_key(x), on_evict = |_, _, _| ())]
fn weak_key(x: &std::sync::Arc<u32>) -> u32 {
    **x
}

fn main() {}
