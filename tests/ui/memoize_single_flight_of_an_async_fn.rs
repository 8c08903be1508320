use weakcache::memoize;

#[memoize(single_flight = "50ms")]
async fn f(x: u32) -> u32 {
    x
}

#[memoize(single_flight = "0ms")]
fn g(x: u32) -> u32 {
    x
}

#[memoize(single_flight = 50)]
fn h(x: u32) -> u32 {
    x
}

#[memoize(single_flight = "50ms", local)]
fn i(x: u32) -> u32 {
    x
}

fn main() {}
