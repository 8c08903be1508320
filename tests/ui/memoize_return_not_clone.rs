use weakcache::memoize;

struct Answer(u32);

#[memoize]
fn f(x: u32) -> Answer {
    Answer(x)
}

fn main() {}
