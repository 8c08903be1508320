use std::borrow::Cow;
use weakcache::memoize;

#[memoize]
fn exclusive(x: &mut u32) -> u32 {
    *x
}

#[memoize]
fn opaque(x: impl Fn() -> u32, y: &impl Fn() -> u32) -> u32 {
    x() + y()
}

#[memoize]
fn borrowing(x: Cow<'_, str>, y: &[&str], z: Option<Option<&str>>, w: Vec<&str>) -> usize {
    x.len() + y.len() + w.len() + usize::from(z.is_some())
}

#[memoize]
fn configured(#[cfg(unix)] x: u32) -> u32 {
    1
}

fn main() {}
