use weakcache::memoize;

#[derive(Clone)]
struct Name<'a>(&'a str);

#[memoize]
fn f(x: &str) -> Name {
    Name(x)
}

fn main() {}
