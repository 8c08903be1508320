use weakcache::interned;

#[interned(shards = 12)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
