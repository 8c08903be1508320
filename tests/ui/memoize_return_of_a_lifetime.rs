use weakcache::memoize;

#[derive(Clone)]
struct Name<'a>(&'a str);

#[memoize]
fn f<'a>(x: &'a str) -> Name<'a> {
    Name(x)
}

fn main() {}
