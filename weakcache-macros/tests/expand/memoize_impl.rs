#[memoize]
impl Shape {
    #[memoize(lru = 16)]
    pub fn area(&self, scale: u32) -> u32 {
        self.sides * scale
    }

    pub fn sides(&self) -> u32 {
        self.sides
    }
}
