use weakcache::interned;

#[derive(PartialEq, Hash)]
struct Inner;

#[interned]
struct Point {
    inner: Option<Inner>,
}

fn main() {
    let _ = Point::new(None);
    let _ = Point::get(None);
}
