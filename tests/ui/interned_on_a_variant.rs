use weakcache::interned;

enum Shape {
    #[interned]
    Square(u8),
}

fn main() {
    let _ = Shape::Square(1);
}
