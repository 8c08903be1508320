use weakcache::memoize;

#[memoize(shards = 4)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
