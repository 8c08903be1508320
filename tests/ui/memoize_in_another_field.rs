use weakcache::{Memo, memoize};

struct Repo {
    memo: Memo,
    other: u32,
}

#[memoize]
impl Repo {
    #[memoize(in(self.other))]
    fn a(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.absent))]
    fn b(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo))]
    fn c(&self, x: &std::cell::Cell<u32>) -> u32 {
        x.get()
    }

    #[memoize(in(self.memo))]
    fn d(&self, x: u32) -> std::rc::Rc<u32> {
        std::rc::Rc::new(x)
    }
}

fn main() {
    Repo::a_cache_info();
}
