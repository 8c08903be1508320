use weakcache::interned;

#[interned]
struct Point {
    x: f32,
}

fn main() {
    let _ = Point::new(1.0);
    let _ = Point::get(1.0);
}
