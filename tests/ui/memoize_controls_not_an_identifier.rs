use weakcache::memoize;

#[memoize(controls = "my cache")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
