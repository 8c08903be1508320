use weakcache::interned;

#[interned]
struct Point

fn main() {}
