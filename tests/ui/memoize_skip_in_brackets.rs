use weakcache::memoize;

#[memoize(skip[x])]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
