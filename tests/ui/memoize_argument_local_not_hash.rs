use weakcache::memoize;

#[derive(Clone, PartialEq, Eq)]
struct Colour;

#[memoize(local)]
fn f(x: Colour) -> bool {
    x == Colour
}

fn main() {}
