use std::sync::Arc;
use weakcache::memoize;

#[memoize(weak_key(nod))]
fn size(node: &Arc<str>, scale: usize) -> usize {
    node.len() * scale
}

#[memoize(weak_key(self))]
fn free(node: &Arc<str>) -> usize {
    node.len()
}

#[memoize(weak_key(node))]
fn none() -> usize {
    1
}

fn main() {}
