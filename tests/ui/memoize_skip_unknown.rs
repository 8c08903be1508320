use weakcache::memoize;

#[memoize(skip(verbos))]
fn f(x: u32, verbose: bool) -> u32 {
    if verbose { x } else { 1 }
}

fn main() {}
