use weakcache::interned;

#[interned]
macro_rules! point {
    () => { 1 };
}

fn main() {
    let _ = point!();
}
