use std::borrow::Cow;
use weakcache::memoize;

#[memoize]
fn borrows(x: &str) -> &str {
    x
}

#[memoize]
fn cow(x: &str) -> Cow<'_, str> {
    x.into()
}

#[memoize]
fn opaque(x: u32) -> impl Clone {
    x
}

fn main() {}
