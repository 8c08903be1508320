use weakcache::interned;

#[interned]
enum Expr {
    Num(f64),
    Int(i64),
}

fn main() {
    let _ = Expr::num(1.0);
    let _ = Expr::get_num(1.0);
    let _ = Expr::int(1);
}
