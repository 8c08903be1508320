use weakcache::memoize;

#[memoize]
fn f(x: &f32) -> f32 {
    *x
}

fn main() {}
