use weakcache::interned;

#[interned(nwe = "make", colour = "red", skip, lru = 3)]
struct Point(i32);

fn main() {
    Point::new(1);
}
