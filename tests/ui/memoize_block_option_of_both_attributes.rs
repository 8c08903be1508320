use weakcache::{interned, memoize};

#[derive(Clone, PartialEq, Eq, Hash)]
struct Shape;

#[memoize(name = "shapes", hasher = std::hash::RandomState)]
impl Shape {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }
}

#[interned(new = false)]
struct Date(u32);

#[interned(name = "dates", skip)]
impl Date {
    fn epoch() -> Self {
        Self(0)
    }
}

fn main() {
    let _ = (Shape.area(), Date::epoch());
}
