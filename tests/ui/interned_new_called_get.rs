use weakcache::interned;

#[interned(new = "get")]
struct Point(i32);

fn main() {}
