use weakcache::memoize;

trait Trait {
    #[memoize]
    fn f(&self) -> u32;
}

fn main() {}
