use weakcache::interned;

#[interned(name)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
