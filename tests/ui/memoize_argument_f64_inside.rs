use weakcache::memoize;

#[memoize]
fn f(x: Vec<(f64, u8)>) -> usize {
    x.len()
}

fn main() {}
