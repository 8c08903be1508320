use weakcache::interned;

#[interned]
type Point = u8;

fn main() {
    let _: Point = 1;
}
