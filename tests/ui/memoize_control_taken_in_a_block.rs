use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape;

#[memoize]
impl Shape {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }

    fn area_peek(&self) -> u32 {
        2
    }
}

fn main() {}
