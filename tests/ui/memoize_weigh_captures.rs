use weakcache::memoize;

#[memoize(weight = 4096, skip(more), weigh = |_, _| more.len())]
fn captures(x: u32, more: &str) -> String {
    format!("{x}{more}")
}

#[memoize(weight = 4096, weigh = |_, value| value.len() + x)]
fn kept(x: usize) -> String {
    x.to_string()
}

#[memoize(weight = *x, weigh = |_, value| value.len())]
fn bound(x: usize) -> String {
    x.to_string()
}

#[memoize(weight = *x, weigh = |_, value| value.len(), controls = false)]
fn bound_alone(x: usize) -> String {
    x.to_string()
}

fn main() {}
