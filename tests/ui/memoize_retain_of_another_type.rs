use weakcache::memoize;

mod other {
    #[derive(Clone)]
    pub struct Result;
}

#[memoize]
fn f(text: &str, by: u32) -> usize {
    text.len() * by as usize
}

#[memoize]
fn g(text: &str) -> other::Result {
    let _ = text;
    other::Result
}

#[memoize(key = text.len() + 1)]
fn h(text: &str) -> u32 {
    text.len() as u32
}

fn main() {
    f::retain(|text: &String, _| text.is_empty());
    f::retain(|_, value| *value == "a");
    f::retain(|key| key.1 == 2);
    g::retain(|_, _| true);
    h::set_capacity(3);
}
