use weakcache::memoize;

#[memoize(local, single_flight = false)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
