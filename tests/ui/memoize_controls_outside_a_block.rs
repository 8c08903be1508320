use weakcache::memoize;

struct Point(i32);

impl Point {
    #[memoize(controls = "len_cache", skip(self))]
    fn len(&self) -> i32 {
        self.0
    }
}

fn main() {}
