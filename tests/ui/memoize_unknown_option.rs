use weakcache::memoize;

#[memoize(size = 10, lur = 128, shards = 4, "x")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
