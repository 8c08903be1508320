use weakcache::interned;

#[interned(shards = 99999999999999999999)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
