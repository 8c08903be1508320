use weakcache::interned;

#[interned(new = false)]
struct Point {
    x: i32,
    #[interned(skip = true)]
    y: i32,
}

fn main() {}
