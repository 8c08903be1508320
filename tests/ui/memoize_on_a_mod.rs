use weakcache::memoize;

#[memoize]
mod module {}

fn main() {}
