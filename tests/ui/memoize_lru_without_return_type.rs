use weakcache::memoize;

#[memoize(lru = 8)]
fn f(x: u32) {
    let _ = x;
}

fn main() {}
