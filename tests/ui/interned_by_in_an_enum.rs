use weakcache::interned;

#[interned(new = false)]
enum Shape {
    Square(u32),
}

#[interned]
impl Shape {
    #[interned(by(side))]
    fn square(side: u32) -> Self {
        Self::Square(side)
    }
}

fn main() {}
