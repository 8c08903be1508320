use weakcache::interned;

#[interned(name = Point)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
