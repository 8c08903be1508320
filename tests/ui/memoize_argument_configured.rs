use weakcache::memoize;

#[memoize]
fn f(#[cfg(unix)] x: u32) -> u32 {
    x
}

fn main() {}
