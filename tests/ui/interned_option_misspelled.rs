use weakcache::interned;

#[interned(nwe = "make")]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
