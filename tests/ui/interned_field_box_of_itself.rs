use weakcache::interned;

#[interned]
enum Expr {
    Num(i64),
    Neg(Box<Expr>),
}

fn main() {}
