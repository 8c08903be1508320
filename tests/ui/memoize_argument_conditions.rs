use weakcache::memoize;

#[memoize]
fn f(
    #[cfg(any())] _a: u8,
    #[cfg(all())] b: u8,
    #[cfg(unix)] _c: u8,
    #[cfg(windows)] _d: u8,
    #[cfg(test)] _e: u8,
    #[cfg(unix)] _f: u8,
) -> u8 {
    b
}

fn main() {}
