use weakcache::interned;

#[interned(new = false)]
struct Holder {
    key: u8,
    #[interned(init = 1, borrow)]
    derived: u8,
    #[interned(borrow, skip)]
    other: u8,
    #[interned(borrow = true)]
    third: u8,
}

fn main() {
    let holder: Option<weakcache::Interned<Holder>> = Holder::get(1, 1);
    let _ = holder.map(|holder| (holder.key, holder.derived, holder.other, holder.third));
}
