use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape;

#[memoize(controls = "all")]
impl Shape {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }

    #[memoize]
    fn other(&self) -> u32 {
        1
    }
}

fn main() {}
