use weakcache::interned;

#[interned(shards = -1)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
