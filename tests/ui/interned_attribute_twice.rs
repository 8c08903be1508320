use weakcache::interned;

#[interned]
#[interned(shards = 2)]
struct Point {
    x: i32,
}

fn main() {}
