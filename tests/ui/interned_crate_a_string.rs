use weakcache::interned;

#[interned(crate = "weakcache")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
