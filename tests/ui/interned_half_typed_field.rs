use weakcache::interned;

#[interned]
struct Point {
    x: i32,
    y:
}

fn main() {
    let _ = Point { x: 1 }.x;
}
