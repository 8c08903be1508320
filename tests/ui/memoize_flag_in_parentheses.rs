use weakcache::memoize;

#[memoize(local())]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
