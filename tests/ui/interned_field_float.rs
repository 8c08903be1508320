use weakcache::interned;

#[interned]
struct Point {
    x: f32,
    y: Option<f64>,
}

#[interned]
enum Value {
    Float(f64),
    Int(i64),
}

fn main() {
    let _ = Point::new(1.0, None);
    let _ = Value::float(1.0);
    let _ = Value::int(1);
}
