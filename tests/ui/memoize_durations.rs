use weakcache::memoize;

#[memoize(ttl = 60)]
fn number(x: u32) -> u32 {
    x
}

#[memoize(ttl = 60s)]
fn suffix(x: u32) -> u32 {
    x
}

#[memoize(ttl = "60")]
fn no_unit(x: u32) -> u32 {
    x
}

#[memoize(ttl = "60x")]
fn unknown_unit(x: u32) -> u32 {
    x
}

#[memoize(ttl = "")]
fn empty(x: u32) -> u32 {
    x
}

#[memoize(ttl = "0s")]
fn zero(x: u32) -> u32 {
    x
}

#[memoize(ttl = "99999999999999999999s")]
fn overflow(x: u32) -> u32 {
    x
}

#[memoize(idle = "1.5s")]
fn fraction(x: u32) -> u32 {
    x
}

#[memoize(idle = 'x', err_ttl = "soon")]
fn several(x: u32) -> Result<u32, ()> {
    Ok(x)
}

fn main() {}
