use weakcache::memoize;

#[memoize(controls = true)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
