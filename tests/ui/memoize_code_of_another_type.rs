use weakcache::memoize;
use weakcache::store::Memory;

const VERSION: u32 = 3;

#[memoize(store = Memory::new(), version = VERSION)]
fn of_another_type(x: u32) -> u32 {
    x
}

fn revision() -> u64 {
    3
}

#[memoize(store = Memory::new(), version = revision())]
fn no_constant(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = missing)]
fn unknown(x: u32) -> u32 {
    x
}

fn main() {}
