use weakcache::memoize;

#[memoize]
fn f(x: &mut u32) -> u32 {
    *x
}

fn main() {}
