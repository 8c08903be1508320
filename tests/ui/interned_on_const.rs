use weakcache::interned;

#[interned]
const POINT: u8 = 1;

fn main() {
    let _ = POINT;
}
