use std::fmt::{Debug, Display};
use weakcache::memoize;

#[memoize]
fn shown(x: dyn Debug + Send) -> String {
    format!("{x:?}")
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Point(u32);

#[memoize]
impl Point {
    #[memoize]
    fn of_traits(self: impl Display + Send) -> u32 {
        1
    }
}

fn main() {}
