use weakcache::memoize;

#[memoize(refresh_after = "0s")]
fn zero(x: u32) -> u32 {
    x
}

#[memoize(refresh_after = 50)]
fn number(x: u32) -> u32 {
    x
}

#[memoize(refresh_after)]
fn nothing(x: u32) -> u32 {
    x
}

#[memoize(refresh_after = 50 * 2)]
fn product(x: u32) -> u32 {
    x
}

#[memoize(refresh = "50s")]
fn misspelt(x: u32) -> u32 {
    x
}

fn main() {}
