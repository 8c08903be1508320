use weakcache::interned;

#[interned(new = "get")]
struct One(u8);

#[interned(get = "registry")]
struct Two(u8);

#[interned]
enum Expr {
    Num(u8),
    GetNum(u8),
    NUM(u8),
    Registry,
    #[interned(new = "num")]
    Other,
    #[interned(new = "other")]
    Renamed,
}

#[interned(new = "make", get = "find")]
enum Named {
    A,
}

fn main() {
    let _ = Expr::num(1);
}
