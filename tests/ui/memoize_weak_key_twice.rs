use std::sync::Arc;
use weakcache::memoize;

#[memoize(weak_key(node, node))]
fn named(node: &Arc<str>) -> usize {
    node.len()
}

#[memoize(weak_key, weak_key(node))]
fn given(node: &Arc<str>) -> usize {
    node.len()
}

fn main() {}
