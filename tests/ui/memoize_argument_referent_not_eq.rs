use weakcache::memoize;

#[derive(Clone, Hash)]
struct Colour;

#[memoize]
fn f(x: &Colour) -> Colour {
    x.clone()
}

fn main() {}
