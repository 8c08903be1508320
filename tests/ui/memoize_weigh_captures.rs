use weakcache::memoize;

#[memoize(weight = 4096, skip(more), weigh = |_, _| more.len())]
fn captures(x: u32, more: &str) -> String {
    format!("{x}{more}")
}

#[memoize(weight = 4096, weigh = |_, value| value.len() + x)]
fn kept(x: usize) -> String {
    x.to_string()
}

fn main() {}
