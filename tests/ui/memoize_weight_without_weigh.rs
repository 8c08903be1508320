use weakcache::memoize;

#[memoize(weight = "64 MiB")]
fn weight_alone(x: u32) -> u32 {
    x
}

#[memoize(lru = 128, weigh = |_, value| *value as usize)]
fn weigh_alone(x: u32) -> u32 {
    x
}

#[memoize(wieght = "64 MiB", weigh = |_, value| *value as usize)]
fn weight_misspelt(x: u32) -> u32 {
    x
}

#[memoize(max_weight = 4096, weigh = |_, value| *value as usize)]
fn weight_of_another_library(x: u32) -> u32 {
    x
}

#[memoize(weight = 4096, weigher = |_, value| *value as usize)]
fn weigh_of_another_library(x: u32) -> u32 {
    x
}

#[memoize(weight = 4096, weigh)]
fn weigh_without_value(x: u32) -> u32 {
    x
}

#[memoize(weight = 4096, weigh = )]
fn weigh_broken_off(x: u32) -> u32 {
    x
}

#[memoize("64 MiB")]
fn without_a_name(x: u32) -> u32 {
    x
}

#[memoize(weight = "64 MiB" weigh = |_, value| *value as usize)]
fn without_a_comma(x: u32) -> u32 {
    x
}

fn main() {}
