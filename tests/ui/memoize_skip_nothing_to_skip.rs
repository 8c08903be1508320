use weakcache::memoize;

#[memoize(skip(x))]
fn f() -> u32 {
    1
}

fn main() {}
