use weakcache::interned;

#[interned(new = "fn")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
