use std::borrow::Cow;
use weakcache::memoize;

#[memoize]
fn f(x: Cow<'_, str>) -> usize {
    x.len()
}

fn main() {}
