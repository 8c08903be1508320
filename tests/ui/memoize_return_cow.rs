use std::borrow::Cow;
use weakcache::memoize;

#[memoize]
fn f(x: &str) -> Cow<'_, str> {
    x.into()
}

fn main() {}
