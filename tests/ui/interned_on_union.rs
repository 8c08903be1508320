use weakcache::interned;

#[interned]
union Point {
    x: u8,
    y: i8,
}

fn main() {
    let _ = Point { x: 1 };
}
