use weakcache::interned;

#[interned(new = "")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
