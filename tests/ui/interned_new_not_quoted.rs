use weakcache::interned;

#[interned(new = make)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
