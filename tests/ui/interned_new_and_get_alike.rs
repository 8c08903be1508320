use weakcache::interned;

#[interned(new = "point", get = "point")]
struct Point(i32);

fn main() {
    let _ = Point::point(1);
}
