use weakcache::interned;

#[interned(shards = 2, shards = 4)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
