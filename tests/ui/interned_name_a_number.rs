use weakcache::interned;

#[interned(name = 3)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
