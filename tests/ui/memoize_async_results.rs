use std::rc::Rc;
use weakcache::memoize;

struct NotClone;

#[memoize]
async fn borrows(x: &str) -> &str {
    x
}

#[memoize]
async fn not_clone(x: u32) -> NotClone {
    let _ = x;
    NotClone
}

#[memoize]
async fn not_send(x: u32) -> Rc<u32> {
    Rc::new(x)
}

fn main() {}
