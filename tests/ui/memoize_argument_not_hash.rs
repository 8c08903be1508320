use weakcache::memoize;

#[derive(Clone, PartialEq, Eq)]
struct NotHash;

#[derive(Clone, Hash)]
struct NotEq;

#[derive(PartialEq, Eq, Hash)]
struct NotClone;

#[memoize(lru = 4)]
fn f(a: NotHash, b: &NotEq, c: NotClone, d: Option<&NotEq>) -> u32 {
    let _ = (a, b, c, d);
    1
}

fn main() {}
