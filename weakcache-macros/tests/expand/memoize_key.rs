#[memoize(key = x.to_bits(), cache_if = |y| y.is_finite(), controls = false)]
fn root(x: f64, log: &mut Log) -> f64 {
    log.note(x);
    x.sqrt()
}
