use weakcache::memoize;

#[memoize(skip(verbos, self))]
fn f(x: u32, verbose: bool) -> u32 {
    if verbose { x } else { 1 }
}

#[memoize(skip(other))]
fn g(x: u32) -> u32 {
    x
}

fn main() {}
