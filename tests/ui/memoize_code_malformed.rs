use weakcache::memoize;
use weakcache::store::Memory;

#[memoize(store = Memory::new(), version)]
fn bare(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = "3")]
fn quoted(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = "x")]
fn text(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = -1)]
fn negative(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = 1.2)]
fn fraction(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = 3_u32)]
fn suffix(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = 18446744073709551616)]
fn too_large(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version(3))]
fn in_parentheses(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), version = 1, version = 2)]
fn twice(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), fingerprint)]
fn no_value(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), fingerprint = "no")]
fn no_bool(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), fingerprint = 0)]
fn number(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), depends("step"))]
fn quoted_path(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), dependson(step), verison = 3, finger_print = false)]
fn misspelt(x: u32) -> u32 {
    x
}

#[memoize(store = Memory::new(), depends(T))]
fn of_a_parameter<T: 'static>(x: u32) -> u32 {
    x
}

// No second error.
#[memoize(stor = Memory::new(), version = 3)]
fn without_store(x: u32) -> u32 {
    x
}

fn main() {}
