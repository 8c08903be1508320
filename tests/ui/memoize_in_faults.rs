use weakcache::{Memo, memoize};

struct Repo {
    memo: Memo,
    other: u32,
}

#[memoize]
impl Repo {
    #[memoize(in)]
    fn a(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in())]
    fn b(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self))]
    fn c(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(memo))]
    fn d(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in = self.memo)]
    fn e(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo, self.memo))]
    fn f(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo))]
    fn g(x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo))]
    fn h(self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo), local)]
    fn i(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo), skip(self))]
    fn j(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo), refresh_after = "1s", spawn = drop)]
    async fn k(&self, x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo), refresh_after = "1s", spawn = drop)]
    async fn m(x: u32) -> u32 {
        x
    }

    #[memoize(in(self.memo + 1))]
    fn l(&self, x: u32) -> u32 {
        x
    }
}

fn main() {}
