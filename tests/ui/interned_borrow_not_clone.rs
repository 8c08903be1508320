use weakcache::interned;

#[derive(PartialEq, Eq, Hash)]
struct Big(u32);

#[interned]
struct Holder {
    #[interned(borrow)]
    big: Big,
}

fn main() {
    let _ = Holder::new(Big(1)).big.0;
    let _ = Holder::new(&Big(1));
}
