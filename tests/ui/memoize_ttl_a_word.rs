use weakcache::memoize;

#[memoize(ttl = "soon")]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
