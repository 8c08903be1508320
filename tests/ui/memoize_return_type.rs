use std::rc::Rc;
use weakcache::memoize;

struct NotClone;

#[memoize]
fn not_clone(x: u32) -> NotClone {
    let _ = x;
    NotClone
}

#[memoize]
fn not_send(x: u32) -> Rc<u32> {
    Rc::new(x)
}

#[memoize]
fn not_clone_in_ok(x: u32) -> Result<NotClone, String> {
    Err(x.to_string())
}

fn main() {}
