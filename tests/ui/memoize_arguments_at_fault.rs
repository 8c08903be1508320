use weakcache::memoize;

#[memoize]
fn f(a: f64, b: &mut u32, c: impl Fn() -> u32, d: Vec<&str>) -> u32 {
    a as u32 + *b + c() + d.len() as u32
}

fn main() {}
