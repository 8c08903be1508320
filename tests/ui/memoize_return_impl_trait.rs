use weakcache::memoize;

#[memoize]
fn f(x: u32) -> impl Clone {
    x
}

fn main() {}
