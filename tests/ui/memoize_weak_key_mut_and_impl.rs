use std::sync::Arc;
use weakcache::memoize;

#[memoize(weak_key(node))]
fn exclusive(node: &mut Arc<u8>) -> u8 {
    **node
}

#[memoize(weak_key(node))]
fn opaque(node: &impl AsRef<u8>) -> u8 {
    *node.as_ref()
}

fn main() {}
