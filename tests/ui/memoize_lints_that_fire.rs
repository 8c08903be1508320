#![deny(dead_code, unused_must_use, unused_variables)]

use weakcache::memoize;

#[memoize]
fn unused(x: u32) -> u32 {
    x
}

#[memoize(controls = false)]
fn unused_alone(x: u32) -> u32 {
    x
}

#[memoize]
async fn unused_async(x: u32) -> u32 {
    x
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Type;

#[memoize]
impl Type {
    #[memoize]
    fn unused_method(&self) -> u32 {
        1
    }
}

#[memoize]
#[must_use]
fn used(x: u32, unused: u32) -> u32 {
    x
}

fn main() {
    let _ = Type;
    used(1, 2);
    used::peek(1, 2);
    used::cache_info();
    used::uncached(1, 2);
    used::invalidate(1, 2);
}
