use weakcache::interned;

#[derive(PartialEq, Eq)]
struct Inner;

#[interned]
struct Point {
    inner: Inner,
}

fn main() {
    let _ = Point::new(Inner);
    let _ = Point::get(Inner);
}
