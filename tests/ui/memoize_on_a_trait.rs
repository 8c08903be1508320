use weakcache::memoize;

#[memoize]
pub trait Trait {
    fn f(&self) -> u32;
}

fn main() {}
