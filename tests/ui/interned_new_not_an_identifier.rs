use weakcache::interned;

#[interned(new = "make-point")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
