use weakcache::memoize;

#[memoize]
unsafe extern "C" fn f(x: u32, rest: ...) -> u32 {
    x
}

fn main() {}
