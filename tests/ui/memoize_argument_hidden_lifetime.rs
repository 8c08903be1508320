use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Name<'a>(&'a str);

#[memoize]
fn f(x: Name) -> usize {
    x.0.len()
}

fn main() {}
