use weakcache::{fingerprint, memoize};

struct Row;

impl Row {
    #[fingerprint]
    fn parse(&self) {}

    #[fingerprint]
    fn new() -> Self {
        Self
    }

    #[memoize(skip(self))]
    #[fingerprint]
    fn cells(&self) -> u32 {
        1
    }
}

#[fingerprint]
impl Row {}

#[fingerprint]
trait Parse {}

#[fingerprint]
type Alias = Row;

#[fingerprint]
mod module {}

#[fingerprint]
static mut COUNT: u32 = 0;

#[fingerprint]
const _: u32 = 0;

#[fingerprint]
use std::mem::swap;

#[fingerprint]
macro_rules! row {
    () => {};
}

fn main() {}
