use weakcache::memoize;

#[memoize(max_size = 100)]
fn a(x: u32) -> u32 {
    x
}

#[memoize(max_capacity = 100)]
fn b(x: u32) -> u32 {
    x
}

#[memoize(size = 100, time = 60)]
fn c(x: u32) -> u32 {
    x
}

#[memoize(128)]
fn d(x: u32) -> u32 {
    x
}

#[memoize("60s", maxsize = None)]
fn e(x: u32) -> u32 {
    x
}

fn main() {}
