use weakcache::interned;

#[interned]
#[repr(C, packed)]
struct Point {
    x: u8,
    y: u32,
}

fn main() {
    let _ = Point::new(1, 2);
}
