use std::rc::Rc;
use weakcache::memoize;

#[memoize(refresh_after = "1m", spawn = run)]
async fn f(x: u32) -> u32 {
    let held = Rc::new(x);
    std::future::ready(()).await;
    *held
}

fn run(_: impl Future<Output = ()> + Send + 'static) {}

fn main() {}
