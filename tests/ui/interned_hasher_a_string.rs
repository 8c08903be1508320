use weakcache::interned;

#[interned(hasher = "Fx")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
