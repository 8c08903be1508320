use weakcache::memoize;

struct Answer(u32);

#[memoize]
fn f(x: u32) -> Result<Answer, String> {
    Ok(Answer(x))
}

fn main() {}
