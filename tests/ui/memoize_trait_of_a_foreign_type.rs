use weakcache::memoize;

trait Area {
    fn area(&self) -> u32;
}

#[memoize]
impl Area for Vec<u8> {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }
}

#[memoize]
impl Area for (u8, u8) {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }
}

trait Width {
    fn width(&self) -> u32;
}

#[memoize]
impl<T: Clone + Eq + std::hash::Hash + Send + Sync + 'static> Width for T {
    #[memoize]
    fn width(&self) -> u32 {
        1
    }
}

#[memoize(controls = false)]
impl Area for str {
    #[memoize]
    fn area(&self) -> u32 {
        1
    }
}

fn main() {}
