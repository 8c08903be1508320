use std::sync::Arc;
use weakcache::memoize;

#[memoize(weak_key = node)]
fn assigned(node: &Arc<str>) -> usize {
    node.len()
}

#[memoize(weak_key())]
fn empty(node: &Arc<str>) -> usize {
    node.len()
}

#[memoize(weak_key(&node))]
fn reference(node: &Arc<str>) -> usize {
    node.len()
}

#[memoize(weak_keys(node))]
fn plural(node: &Arc<str>) -> usize {
    node.len()
}

#[memoize(weak_key node)]
fn bare(node: &Arc<str>) -> usize {
    node.len()
}

fn main() {}
