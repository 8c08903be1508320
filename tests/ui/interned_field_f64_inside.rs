use weakcache::interned;

#[interned]
struct Point {
    position: Option<(f64, u8)>,
}

fn main() {
    let _ = Point::new(None);
}
