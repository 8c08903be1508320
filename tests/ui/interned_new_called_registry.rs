use weakcache::interned;

#[interned(new = "registry")]
struct Point(i32);

fn main() {
    let _ = Point::get(1);
}
