use weakcache::interned;

#[interned]
struct Point {
    x: i32,
    #[interned(inti = *x)]
    y: i32,
}

fn main() {
    let _ = Point::new(1, 2).y;
}
