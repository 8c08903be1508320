use weakcache::memoize;

mod regex {
    #[derive(Clone)]
    pub struct Regex;

    pub fn escape(_: &str) -> Regex {
        Regex
    }
}

#[memoize]
fn regex(pattern: &str) -> regex::Regex {
    regex::escape(pattern)
}

mod parse {
    pub fn number(text: &str) -> u32 {
        text.len() as u32
    }
}

#[memoize]
fn parse(text: &str) -> u32 {
    if text.is_empty() { parse("a") } else { [parse::number(text)][0] }
}

fn main() {}
