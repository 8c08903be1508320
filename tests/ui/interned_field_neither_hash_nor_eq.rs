use weakcache::interned;

#[interned]
struct Point {
    inner: std::collections::HashMap<u8, u8>,
}

fn main() {
    let _ = Point::new([].into());
}
