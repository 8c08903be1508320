use weakcache::interned;

const HALF: usize = 1 / 2;

#[interned(shards = HALF)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
