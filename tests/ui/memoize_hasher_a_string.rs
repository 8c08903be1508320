use weakcache::memoize;

#[memoize(hasher = "Fx")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
