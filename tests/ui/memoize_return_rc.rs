use std::rc::Rc;
use weakcache::memoize;

#[memoize]
fn f(x: u32) -> Rc<u32> {
    Rc::new(x)
}

fn main() {}
