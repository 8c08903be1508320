use weakcache::interned;

#[interned]
enum Expr {
    #[interned(init = 3)]
    Num(u8),
}

fn main() {
    let _ = Expr::num(1);
}
