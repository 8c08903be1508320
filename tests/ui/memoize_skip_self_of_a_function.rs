use weakcache::memoize;

#[memoize(skip(self))]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
