use weakcache::memoize;
use weakcache::store::Memory;

fn step(x: u32) -> u32 {
    x + 1
}

struct Row;

#[memoize(store = Memory::new(), depends(step, Row))]
fn f(x: u32) -> u32 {
    step(x)
}

#[memoize(store = Memory::new(), depends(f))]
fn of_a_memoized_one(x: u32) -> u32 {
    f(x)
}

#[memoize(store = Memory::new(), depends(stepp))]
fn of_nothing(x: u32) -> u32 {
    x
}

struct Method;

#[memoize]
impl Method {
    #[memoize(store = Memory::new(), depends(step))]
    fn in_a_block(x: u32) -> u32 {
        step(x)
    }

    #[memoize(store = Memory::new(), depends(Self::in_a_block))]
    fn of_a_method(x: u32) -> u32 {
        x
    }
}

fn main() {}
