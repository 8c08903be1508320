use weakcache::interned;

#[interned]
enum Name<'a> {
    Text(&'a str),
    Anonymous,
}

fn main() {
    let _ = Name::text("x");
    let _ = Name::get_anonymous();
}
