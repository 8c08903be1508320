use weakcache::interned;

#[interned(new = true)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
