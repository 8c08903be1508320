#[memoize(lru = 128, ttl = "60s")]
/// What a share costs.
pub fn price(symbol: &str, day: u32) -> f64 {
    fetch(symbol, day)
}
