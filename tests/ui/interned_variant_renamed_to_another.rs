use weakcache::interned;

#[interned]
enum Expr {
    Num(u8),
    #[interned(new = "num")]
    Other,
}

fn main() {
    let _ = Expr::num(1);
}
