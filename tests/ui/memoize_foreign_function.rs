use weakcache::memoize;

unsafe extern "C" {
    #[memoize]
    fn abs(x: i32) -> i32;
}

fn main() {}
