use weakcache::memoize;

#[memoize(lru = 0, skip(z))]
fn f(#[cfg(unix)] x: u32, #[cfg(not(unix))] x: u8, y: f64) -> u32 {
    u32::from(x) + y as u32
}

fn main() {}
