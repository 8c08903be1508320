use weakcache::interned;

#[interned(shards = 2; get = false)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
