use weakcache::memoize;

#[memoize]
fn f(x: u32) -> u32 {
    let y = x.
}

fn main() {
    f(1);
}
