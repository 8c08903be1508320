use weakcache::memoize;

struct Point(i32);

impl Point {
    #[memoize]
    fn new(x: i32) -> Self {
        Point(x)
    }

    #[memoize(controls = "len_cache", skip(self))]
    fn len(&self) -> i32 {
        self.0
    }
}

fn main() {}
