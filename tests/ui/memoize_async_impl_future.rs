use std::future::Future;
use std::pin::Pin;
use weakcache::memoize;

#[memoize]
fn opaque(x: u32) -> impl Future<Output = u32> {
    async move { x }
}

#[memoize]
fn bounded(x: u32) -> impl std::future::Future<Output = u32> + Send {
    async move { x }
}

#[memoize]
fn boxed(x: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { x })
}

fn main() {}
