use weakcache::memoize;

#[memoize(controls())]
fn a(x: u32) -> u32 {
    x
}

#[memoize(controls(vis = "public"))]
fn b(x: u32) -> u32 {
    x
}

#[memoize(controls(visibility = "pub"))]
fn c(x: u32) -> u32 {
    x
}

#[memoize(controls(vis = pub))]
fn d(x: u32) -> u32 {
    x
}

#[memoize(controls(vis = "pub", vis = "pub"))]
fn e(x: u32) -> u32 {
    x
}

#[memoize(controls(name = false))]
fn f(x: u32) -> u32 {
    x
}

#[memoize(controls(name = "a b"))]
fn g(x: u32) -> u32 {
    x
}

fn main() {}
