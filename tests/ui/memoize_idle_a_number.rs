use weakcache::memoize;

#[memoize(idle = 300)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
