use weakcache::memoize;

#[memoize(key = |x| x.to_bits())]
fn f(x: f64) -> f64 {
    x
}

fn main() {}
