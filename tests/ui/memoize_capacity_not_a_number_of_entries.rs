use weakcache::memoize;

#[memoize(capacity = 0)]
fn zero(x: u32) -> u32 {
    x
}

#[memoize(capacity = -1)]
fn negative(x: u32) -> u32 {
    x
}

#[memoize(capacity = 1.5)]
fn fraction(x: u32) -> u32 {
    x
}

#[memoize(capacity = "64 MiB")]
fn text(x: u32) -> u32 {
    x
}

#[memoize(capacity = 1024u32)]
fn suffix(x: u32) -> u32 {
    x
}

#[memoize(capacity)]
fn nothing(x: u32) -> u32 {
    x
}

#[memoize(capacity(1024))]
fn parentheses(x: u32) -> u32 {
    x
}

#[memoize(capasity = 1024)]
fn misspelt(x: u32) -> u32 {
    x
}

#[memoize(max_capacity = 1024)]
fn of_another_library(x: u32) -> u32 {
    x
}

#[memoize(capacity = 10, capacity = 20)]
fn twice(x: u32) -> u32 {
    x
}

#[memoize(capacity = MANY)]
fn of_another_type(x: u32) -> u32 {
    x
}

const MANY: u32 = 1024;

fn main() {}
