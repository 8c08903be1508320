use weakcache::memoize;

#[memoize]
type Alias = u32;

fn main() {}
