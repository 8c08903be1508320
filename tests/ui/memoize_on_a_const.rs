use weakcache::memoize;

#[memoize]
const CONST: u32 = 1;

fn main() {}
