use weakcache::interned;

#[interned(hasher = 3)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
