use std::rc::Rc;
use weakcache::memoize;

#[memoize]
fn f(x: Rc<str>) -> usize {
    x.len()
}

fn main() {}
