use std::fmt::{Debug, Display};
use weakcache::memoize;

#[memoize]
fn shown(x: u32) -> dyn Debug + Send {
    x
}

struct Point(u32);

impl Point {
    #[memoize(controls = false)]
    fn shown(x: u32) -> dyn Display {
        x
    }
}

fn main() {}
