use weakcache::interned;

#[interned(new: false)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
