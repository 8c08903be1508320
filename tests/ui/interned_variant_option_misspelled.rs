use weakcache::interned;

#[interned]
enum Expr {
    #[interned(nwe = "number")]
    Num(u8),
}

fn main() {
    let _ = Expr::num(1);
}
