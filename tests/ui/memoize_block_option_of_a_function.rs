use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape;

#[memoize(lru = 4)]
impl Shape {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }
}

fn main() {}
