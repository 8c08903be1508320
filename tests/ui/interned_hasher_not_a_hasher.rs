use weakcache::interned;

#[interned(hasher = u8)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
