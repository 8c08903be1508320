use weakcache::interned;

#[interned(shards = "16")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
