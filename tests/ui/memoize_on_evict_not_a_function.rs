use weakcache::memoize;

#[memoize(on_evict = "print")]
fn text(x: u32) -> u32 {
    x
}

#[memoize(on_evict = |key, value| println!("{key} {value}"))]
fn two(x: u32) -> u32 {
    x
}

#[memoize(on_evict = |_, value, _| *value)]
fn answers(x: u32) -> u32 {
    x
}

#[memoize(on_remove = |_, _, _| ())]
fn misspelt(x: u32) -> u32 {
    x
}

fn main() {}
