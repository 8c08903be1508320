use weakcache::interned;

#[interned(name = "")]
struct Point(i32);

#[interned(name = "  ")]
struct Line(i32);

fn main() {
    let _ = (Point::new(1), Line::new(1));
}
