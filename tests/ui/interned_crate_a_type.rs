use weakcache::interned;

#[interned(crate = weakcache::Registry<u8>)]
struct Point(i32);

#[weakcache::memoize(lru = 1, crate = Vec<weakcache>)]
fn twice(x: u8) -> u8 {
    x * 2
}

#[weakcache::memoize(crate = Self::weakcache)]
fn thrice(x: u8) -> u8 {
    x * 3
}

fn main() {
    let _ = (Point::new(1), twice(1), thrice(1));
}
