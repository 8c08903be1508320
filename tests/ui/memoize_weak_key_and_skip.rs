use std::sync::Arc;
use weakcache::memoize;

#[memoize(skip(node), weak_key(node, other))]
fn size(node: &Arc<str>, other: &Arc<str>) -> usize {
    node.len() + other.len()
}

#[memoize(skip(node), weak_key)]
fn nothing_left(node: &Arc<str>) -> usize {
    node.len()
}

fn main() {}
