use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct S;

impl S {
    #[memoize(refresh_after = "1m", spawn = run)]
    async fn f(&self, x: u32) -> u32 {
        x
    }
}

fn run<F>(_: F) {}

fn main() {}
