use weakcache::interned;

#[interned("x")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
