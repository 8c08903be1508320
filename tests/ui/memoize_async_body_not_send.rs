use std::rc::Rc;
use weakcache::memoize;

async fn other() {}

#[memoize]
async fn load(x: u32) -> u32 {
    let count = Rc::new(x);
    other().await;
    *count
}

fn spawn(future: impl Future<Output = u32> + Send) {
    drop(future);
}

fn main() {
    spawn(load(1));
}
