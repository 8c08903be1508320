use weakcache::memoize;

struct Struct;

#[memoize]
impl Struct {
    fn plain(&self) -> u32 {
        1
    }
}

fn main() {}
