use weakcache::memoize;

#[memoize]
fn f(x: *const u8) -> bool {
    x.is_null()
}

fn main() {}
