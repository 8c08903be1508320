use weakcache::memoize;

#[memoize(weight = 4096, weigh = 1)]
fn number(x: u32) -> u32 {
    x
}

#[memoize(weight = 4096, weigh = "len")]
fn text(x: u32) -> u32 {
    x
}

#[memoize(weight = 4096, weigh = |value| *value as usize)]
fn value_alone(x: u32) -> u32 {
    x
}

#[memoize(weight = 4096, weigh = |x, y, more, value| x.len() + y.len() + value.len())]
fn too_many(x: &str, y: &str) -> String {
    format!("{x}{y}")
}

#[memoize(weight = 4096, key = x.len() + y.len(), weigh = |x, y, value| x.len() + y.len() + value.len())]
fn of_a_key(x: &str, y: &str) -> String {
    format!("{x}{y}")
}

#[memoize(weight = 4096, weigh = || 1)]
fn none(x: &str) -> String {
    x.to_owned()
}

#[memoize(weight = 4096, weigh = |_, value| value.len() as u64)]
fn of_another_type(x: &str) -> String {
    x.to_owned()
}

#[memoize(weight = 4096, weigh = |_, value: &str| value.len())]
fn of_a_borrow(x: &str) -> String {
    x.to_owned()
}

#[memoize(weight = 4096, weigh = |x, y, value| x.len() + y.size() + value.len())]
fn no_method(x: &str, y: &str) -> String {
    format!("{x}{y}")
}

#[memoize(weight = 4096, weigh = String::len)]
fn a_method(x: u32) -> String {
    x.to_string()
}

#[memoize(weight = 4096, weigh = |x value, y| value.len(), lru = 8)]
fn without_a_comma(x: u32) -> String {
    x.to_string()
}

#[memoize(weight = 4096, weigh = |x, value value.len(), lru = 8)]
fn without_a_bar(x: u32) -> String {
    x.to_string()
}

fn main() {}
