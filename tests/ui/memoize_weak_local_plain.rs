use weakcache::memoize;

#[memoize(weak, local)]
fn f(x: u32) -> String {
    x.to_string()
}

fn main() {}
