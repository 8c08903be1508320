use weakcache::interned;

#[interned]
enum Expr {
    Num(u8),
    GetNum(u8),
}

fn main() {
    let _ = Expr::num(1);
    let _ = Expr::get_num(1);
}
