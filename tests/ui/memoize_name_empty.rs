use weakcache::memoize;

#[memoize(name = "")]
fn f(x: u32) -> u32 {
    x
}

#[memoize(name = "  ")]
fn g(x: u32) -> u32 {
    x
}

fn main() {
    let _ = (f(1), g(1));
}
