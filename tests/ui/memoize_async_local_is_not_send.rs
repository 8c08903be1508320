use weakcache::memoize;

#[memoize(local)]
async fn load(x: u32) -> u32 {
    x
}

#[memoize]
async fn send(x: u32) -> u32 {
    x
}

fn spawn(future: impl Future<Output = u32> + Send) {
    drop(future);
}

fn main() {
    spawn(send(1));
    spawn(load(1));
}
