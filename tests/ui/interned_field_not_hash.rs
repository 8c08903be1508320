use weakcache::interned;

#[derive(PartialEq, Eq)]
struct NotHash;

#[derive(PartialEq)]
struct NotEq;

#[interned]
struct Point {
    a: NotHash,
    b: Vec<NotEq>,
    c: Option<NotEq>,
}

fn main() {
    let _ = Point::new(NotHash, vec![], None);
    let _ = Point::get(NotHash, vec![], None);
}
