use weakcache::memoize;

#[memoize]
fn f(x: Vec<&str>) -> usize {
    x.len()
}

fn main() {}
