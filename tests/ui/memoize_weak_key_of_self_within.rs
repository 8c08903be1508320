use std::sync::Arc;
use weakcache::memoize;

struct Checker(weakcache::Memo);

#[memoize]
impl Checker {
    #[memoize(in(self.0), weak_key(self, node))]
    fn named(&self, node: &Arc<u8>) -> u8 {
        **node
    }

    #[memoize(in(self.0), weak_key)]
    fn nothing_left(&self) -> u8 {
        1
    }
}

fn main() {}
