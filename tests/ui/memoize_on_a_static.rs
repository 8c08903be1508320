use weakcache::memoize;

#[memoize]
static STATIC: u32 = 1;

fn main() {}
