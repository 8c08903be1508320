use weakcache::interned;

#[interned]
struct Point {
    x: i32,
    #[interned(init = x.abs())]
    y: i32,
    #[interned(init = y.abs())]
    z: i32,
}

fn main() {
    let _ = Point::new(1).z;
}
