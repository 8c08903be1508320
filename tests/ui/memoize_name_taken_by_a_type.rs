use weakcache::memoize;

#[allow(non_camel_case_types)]
struct price {}

#[memoize]
fn price(x: u32) -> u32 {
    x
}

fn main() {}
