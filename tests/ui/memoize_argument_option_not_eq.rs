use weakcache::memoize;

#[derive(Clone, Hash)]
struct Colour;

#[memoize]
fn f(x: Option<&Colour>) -> bool {
    x.is_some()
}

fn main() {}
