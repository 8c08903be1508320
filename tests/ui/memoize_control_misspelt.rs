use weakcache::memoize;

#[memoize]
fn f(x: u32) -> u32 {
    x
}

fn main() {
    f(1);
    f::clear();
    f::info();
    f::cache_inf();
}
