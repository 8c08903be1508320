use weakcache::memoize;

#[memoize(weight = "64", weigh = |_, _| 1)]
fn without_unit(x: u32) -> u32 {
    x
}

#[memoize(weight = "64 mb", weigh = |_, _| 1)]
fn small_letters(x: u32) -> u32 {
    x
}

#[memoize(weight = "64M", weigh = |_, _| 1)]
fn short(x: u32) -> u32 {
    x
}

#[memoize(weight = "64 TiB", weigh = |_, _| 1)]
fn unknown(x: u32) -> u32 {
    x
}

#[memoize(weight = "", weigh = |_, _| 1)]
fn empty(x: u32) -> u32 {
    x
}

#[memoize(weight = "-1 MiB", weigh = |_, _| 1)]
fn negative(x: u32) -> u32 {
    x
}

#[memoize(weight = "1,5 GiB", weigh = |_, _| 1)]
fn comma(x: u32) -> u32 {
    x
}

#[memoize(weight = "0 B", weigh = |_, _| 1)]
fn zero(x: u32) -> u32 {
    x
}

#[memoize(weight = 0, weigh = |_, _| 1)]
fn zero_without_unit(x: u32) -> u32 {
    x
}

#[memoize(weight = "99999999999 GiB", weigh = |_, _| 1)]
fn too_large(x: u32) -> u32 {
    x
}

#[memoize(weight = 64MiB, weigh = |_, _| 1)]
fn without_quotes(x: u32) -> u32 {
    x
}

#[memoize(weight = 1.5GiB, weigh = |_, _| 1)]
fn fraction_without_quotes(x: u32) -> u32 {
    x
}

#[memoize(weight = 64 MiB, weigh = |_, _| 1)]
fn apart_without_quotes(x: u32) -> u32 {
    x
}

#[memoize(weight = 4096u64, weigh = |_, _| 1)]
fn suffix(x: u32) -> u32 {
    x
}

#[memoize(weight = 1.5, weigh = |_, _| 1)]
fn float(x: u32) -> u32 {
    x
}

#[memoize(weight = -1, weigh = |_, _| 1)]
fn below_zero(x: u32) -> u32 {
    x
}

#[memoize(weight, weigh = |_, _| 1)]
fn nothing(x: u32) -> u32 {
    x
}

#[memoize(weight = MUCH, weigh = |_, _| 1)]
fn of_another_type(x: u32) -> u32 {
    x
}

const MUCH: u64 = 1024;

fn main() {}
