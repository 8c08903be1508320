use weakcache::memoize;

struct Shape;

#[memoize]
#[memoize(controls = false)]
impl Shape {
    #[memoize]
    fn area() -> u32 {
        1
    }
}

fn main() {}
