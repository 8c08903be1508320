use weakcache::interned;

#[interned]
struct Name<'a> {
    text: &'a str,
}

#[interned]
struct Borrowed {
    text: &str,
}

fn main() {}
