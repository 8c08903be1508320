use weakcache::memoize;

#[memoize]
fn f(x: &dyn Fn() -> u32) -> u32 {
    x()
}

fn main() {}
