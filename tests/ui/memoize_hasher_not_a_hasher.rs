use weakcache::memoize;

#[memoize(hasher = u8)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
