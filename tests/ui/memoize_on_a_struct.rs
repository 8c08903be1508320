use weakcache::memoize;

#[memoize]
struct Struct;

fn main() {}
