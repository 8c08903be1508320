use weakcache::interned;

#[interned(lru = 128)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
