#[interned]
pub enum Expr {
    Num(i64),
    Neg { of: Interned<Expr> },
    Unit,
}
