use weakcache::memoize;

#[memoize]
union Union {
    number: u32,
}

fn main() {}
