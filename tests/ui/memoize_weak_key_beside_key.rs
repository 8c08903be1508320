use std::sync::Arc;
use weakcache::memoize;

#[memoize(key = node.len(), weak_key(node))]
fn size(node: &Arc<str>) -> usize {
    node.len()
}

fn main() {}
