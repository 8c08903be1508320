use weakcache::interned;

#[interned]
struct Text {
    any: dyn std::any::Any,
}

fn main() {}
