use weakcache::memoize;

#[memoize]
fn f(x: Option<Option<&str>>) -> bool {
    x.is_some()
}

fn main() {}
