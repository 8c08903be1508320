use weakcache::interned;

#[interned(shards = 0)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
