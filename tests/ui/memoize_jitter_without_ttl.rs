use weakcache::memoize;

#[memoize(idle = "1m", jitter = 0.1)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
