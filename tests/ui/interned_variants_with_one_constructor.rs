use weakcache::interned;

#[interned]
enum Expr {
    Num(u8),
    NUM(u8),
}

fn main() {
    let _ = Expr::num(1);
}
