use weakcache::interned;

#[interned(shards = 2 + 2 2)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
