#[memoize]
fn area(&self, scale: u32) -> u32 {
    self.sides * scale
}
