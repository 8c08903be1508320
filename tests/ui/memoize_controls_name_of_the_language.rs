use weakcache::memoize;

#[memoize]
fn u32(x: u64) -> u64 {
    x
}

#[memoize]
fn std(x: u64) -> u64 {
    x
}

#[memoize(controls = "str")]
fn text(x: u64) -> u64 {
    x
}

fn main() {}
