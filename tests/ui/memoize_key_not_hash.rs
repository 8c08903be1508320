use weakcache::memoize;

#[memoize(key = *x)]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
