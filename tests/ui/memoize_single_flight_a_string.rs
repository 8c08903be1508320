use weakcache::memoize;

#[memoize(single_flight = "no")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
