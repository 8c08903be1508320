use weakcache::memoize;

#[memoize]
fn f(x: &[&str]) -> usize {
    x.len()
}

fn main() {}
