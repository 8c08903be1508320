use weakcache::memoize;

#[memoize(refresh_after = "1m", spawn = run)]
fn f(x: u32) -> u32 {
    x
}

fn run<F>(_: F) {}

fn main() {}
