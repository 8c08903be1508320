use weakcache::memoize;

#[memoize]
fn f(x: &impl Fn() -> u32) -> u32 {
    x()
}

fn main() {}
