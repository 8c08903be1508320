use weakcache::interned;

#[interned]
enum Expr {
    Num(u8),
    Registry,
}

fn main() {
    let _ = Expr::num(1);
}
