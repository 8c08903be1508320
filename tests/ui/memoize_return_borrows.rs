use weakcache::memoize;

#[memoize]
fn f(x: &str) -> &str {
    x
}

fn main() {}
