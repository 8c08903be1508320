use weakcache::interned;

#[interned]
struct Point {
    x: i32,
    #[interned(init)]
    y: i32,
}

fn main() {}
