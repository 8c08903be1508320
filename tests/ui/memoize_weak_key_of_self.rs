use std::sync::Arc;
use weakcache::memoize;

struct Shape(u32);

#[memoize]
impl Shape {
    #[memoize(weak_key(self))]
    fn sides(&self) -> u32 {
        self.0
    }

    #[memoize(weak_key)]
    fn corners(&self, of: &Arc<u8>) -> u32 {
        self.0 + u32::from(**of)
    }
}

fn main() {}
