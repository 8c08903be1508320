use weakcache::{Interned, interned};

#[interned]
struct Symbol(String);

#[interned]
enum Expr {
    Num(i64),
    Neg(Interned<Expr>),
}

fn main() {
    let _ = Expr::neg(Symbol::new("x"));
    let _ = Expr::neg(1);
    let _ = Expr::neg(Expr::Num(1));
    let _ = Expr::get_neg(&Symbol::new("x"));
    let _ = Expr::neg(Some(Expr::num(1)));
}
