use weakcache::interned;

#[interned(colour = "red")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
