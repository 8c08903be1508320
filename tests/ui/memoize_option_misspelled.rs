use weakcache::memoize;

#[memoize(lur = 128)]
fn f(x: u32) -> u32 {
    x
}

fn main() {}
