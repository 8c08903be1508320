use weakcache::interned;

#[interned]
struct Name<'a> {
    text: &'a str,
}

fn main() {
    let _ = Name::new("x").text;
    let _ = Name::get("x");
}
