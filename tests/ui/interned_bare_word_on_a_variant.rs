use weakcache::interned;

#[interned]
enum Expr {
    #[interned]
    Num(u8),
}

fn main() {
    let _ = Expr::num(1);
}
