use weakcache::interned;

#[interned]
enum Shape {
    Square(u8),
    Circle(u8, #[interned(skip)] u8),
}

fn main() {
    let _ = Shape::square(1);
    let _ = Shape::get_circle(1);
}
