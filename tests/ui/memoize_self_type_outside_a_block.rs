use weakcache::memoize;

struct Point(i32);

impl Point {
    #[memoize]
    fn new(x: i32) -> Self {
        Point(x)
    }
}

fn main() {}
