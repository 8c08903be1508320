use weakcache::interned;

#[interned]
const fn point() {}

fn main() {
    point();
}
