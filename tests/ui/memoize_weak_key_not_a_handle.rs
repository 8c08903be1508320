use std::rc::Rc;
use std::sync::Arc;
use weakcache::memoize;

#[memoize(weak_key(text))]
fn borrowed(text: &str) -> usize {
    text.len()
}

#[memoize(weak_key(number, node))]
fn owned(node: Arc<u32>, number: u32) -> u32 {
    *node + number
}

#[memoize(weak_key(list))]
fn of_one_thread(list: &Rc<[u8]>) -> usize {
    list.len()
}

#[memoize(local, weak_key(pair))]
fn tuple(pair: (&Rc<u8>, &Rc<u8>)) -> u8 {
    **pair.0 + **pair.1
}

#[memoize(weak_key(boxed))]
fn optional(boxed: Option<&Box<u8>>) -> u8 {
    boxed.map_or(0, |boxed| **boxed)
}

#[memoize(weak_key(node))]
fn generic<T: Send + Sync + 'static>(node: &T) -> usize {
    size_of_val(node)
}

#[memoize(weak_key(node))]
fn not_shared<T: 'static>(node: &Arc<T>) -> usize {
    Arc::strong_count(node)
}

fn main() {}
