use weakcache::memoize;

struct S;

#[memoize(controls = "all", lru = 4)]
impl S {
    #[memoize(nme = "x")]
    fn f() -> u32 {
        1
    }
}

fn main() {}
