use weakcache::interned;

#[interned(crate = cache)]
struct Point(i32);

fn main() {}
