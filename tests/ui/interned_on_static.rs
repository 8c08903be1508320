use weakcache::interned;

#[interned]
static POINT: u8 = 1;

fn main() {
    let _ = POINT;
}
