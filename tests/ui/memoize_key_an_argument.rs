use weakcache::memoize;

#[memoize(key = (name, day))]
fn f(name: &str, day: u32) -> usize {
    name.len() + day as usize
}

fn main() {}
