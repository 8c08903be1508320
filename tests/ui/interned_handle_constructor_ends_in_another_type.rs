use weakcache::interned;

#[interned(handle = Term, new = false)]
struct RTerm(u8);

#[interned(handle = Other)]
struct ROther(u8);

#[interned]
impl RTerm {
    fn wrong() -> Self {
        ROther::new(1)
    }
    fn right() -> Self {
        Self(1)
    }
}

fn main() {
    let _: Other = RTerm::right();
    let _ = RTerm::wrong;
}
