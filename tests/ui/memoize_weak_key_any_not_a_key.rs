use std::sync::Arc;
use weakcache::memoize;

struct NoKey(u8);

#[memoize(weak_key)]
fn by_value(node: &Arc<f64>, other: NoKey) -> u8 {
    other.0 + **node as u8
}

#[memoize(weak_key)]
fn by_reference(node: &Arc<f64>, other: &NoKey) -> u8 {
    other.0 + **node as u8
}

#[memoize(local, weak_key)]
fn optional(node: &Arc<f64>, other: Option<&NoKey>) -> u8 {
    other.map_or(0, |other| other.0) + **node as u8
}

fn main() {}
