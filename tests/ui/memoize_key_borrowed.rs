use weakcache::memoize;

#[memoize(key = name.as_str())]
fn f(name: String) -> usize {
    name.len()
}

fn main() {}
