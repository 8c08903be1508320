use weakcache::interned;

#[interned(nwe = "make", colour = "red", shards = 0, name = 3, get)]
struct Point(i32);

fn main() {
    let _ = Point::new(1);
}
