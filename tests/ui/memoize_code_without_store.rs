use weakcache::{fingerprint, memoize};

#[fingerprint]
fn step() {}

#[memoize(depends(step))]
fn depends(x: u32) -> u32 {
    x
}

#[memoize(version = 3, fingerprint = false)]
fn version(x: u32) -> u32 {
    x
}

fn main() {}
