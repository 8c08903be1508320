use weakcache::{Interned, interned};

#[interned]
enum Expr {
    Num(i64),
    Neg(Interned<Expr>),
}

fn main() {
    // Into what is open: a handle, or what else the parameter takes.
    let _ = Expr::neg(Expr::Num(1).into());
}
