use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape;

#[memoize]
impl Shape {
    #[memoize(nme = "x")]
    fn area(&self) -> u32 {
        1
    }
}

fn main() {}
