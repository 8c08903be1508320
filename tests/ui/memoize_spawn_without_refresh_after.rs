use weakcache::memoize;

#[memoize(ttl = "1m", spawn = run)]
async fn f(x: u32) -> u32 {
    x
}

fn run<F>(_: F) {}

fn main() {}
