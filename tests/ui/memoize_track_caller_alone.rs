use weakcache::memoize;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Type;

impl Type {
    #[memoize]
    #[track_caller]
    fn method(&self) -> u32 {
        1
    }
}

fn main() {}
