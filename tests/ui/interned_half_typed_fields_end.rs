use weakcache::interned;

#[interned]
struct Point {
    x: i32,
    y
}

fn main() {}
