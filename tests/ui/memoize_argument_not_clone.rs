use weakcache::memoize;

#[derive(PartialEq, Eq, Hash)]
struct Colour;

#[memoize]
fn f(x: Colour) -> bool {
    x == Colour
}

fn main() {}
