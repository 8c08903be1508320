use weakcache::memoize;

#[memoize(weak)]
fn f(x: u32) -> String {
    x.to_string()
}

fn main() {}
