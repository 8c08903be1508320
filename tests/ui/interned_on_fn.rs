use weakcache::interned;

#[interned]
fn point() {}

fn main() {
    point();
}
