use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Type;

#[memoize]
impl Type {
    #[memoize(lru = 0)]
    fn faulty(&self) -> u32 {
        1
    }

    #[memoize(lru = 1)]
    fn right(&self) -> u32 {
        1
    }

    #[cfg(any())]
    #[memoize(lru = 0)]
    fn absent(&self) -> u32 {
        1
    }
}

fn main() {
    Type.faulty();
    Type.right();
    Type::right_cache_clear();
}
