use weakcache::memoize;

#[memoize]
struct Struct;

#[memoize]
pub trait Trait {
    fn f(&self) -> u32;
}

#[memoize]
mod module {}

#[memoize]
const CONST: u32 = 1;

#[memoize]
impl Struct {
    fn plain(&self) -> u32 {
        1
    }
}

fn main() {}
