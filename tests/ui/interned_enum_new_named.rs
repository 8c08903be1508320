use weakcache::interned;

#[interned(new = "make")]
enum Expr {
    Num(u8),
}

fn main() {
    let _ = Expr::num(1);
}
