use weakcache::memoize;

#[memoize]
const fn constant(x: u32) -> u32 {
    x
}

#[memoize]
extern "C" fn foreign(x: u32) -> u32 {
    x
}

fn main() {}
