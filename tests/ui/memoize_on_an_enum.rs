use weakcache::memoize;

#[memoize]
enum Enum {
    Variant,
}

fn main() {}
