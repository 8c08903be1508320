use weakcache::memoize;

struct Answer(u32);

#[memoize(local)]
fn f(x: u32) -> Answer {
    Answer(x)
}

fn main() {}
