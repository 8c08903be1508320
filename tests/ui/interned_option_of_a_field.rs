use weakcache::interned;

#[interned(skip)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
