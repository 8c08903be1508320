use weakcache::interned;

#[interned]
extern "C" fn point() {}

fn main() {
    point();
}
