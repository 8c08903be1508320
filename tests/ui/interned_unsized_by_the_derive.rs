use weakcache::__private::__Interned;

#[derive(__Interned)]
struct Text {
    id: u8,
    text: str,
}

fn main() {}
