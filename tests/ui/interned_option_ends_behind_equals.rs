use weakcache::interned;

#[interned(hasher = , shards = 2)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
