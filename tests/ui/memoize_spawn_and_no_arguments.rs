use weakcache::memoize;

#[memoize(refresh_after = "1m", spawn = run, skip(y))]
async fn skipped(x: u32, y: u32) -> u32 {
    x + y
}

#[memoize(refresh_after = "1m", spawn = run, key = *x)]
async fn keyed(x: u32) -> u32 {
    x
}

fn run<F>(_: F) {}

fn main() {}
