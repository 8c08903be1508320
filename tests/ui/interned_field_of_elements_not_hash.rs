use weakcache::interned;

#[derive(PartialEq, Eq)]
struct Inner;

#[interned]
struct Point {
    list: Vec<Inner>,
}

fn main() {
    let _ = Point::new([]);
}
