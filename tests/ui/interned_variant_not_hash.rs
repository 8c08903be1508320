use weakcache::interned;

#[derive(PartialEq, Eq)]
struct Inner;

#[interned]
enum Expr {
    Holds(Inner),
    Unit,
}

fn main() {
    let _ = Expr::holds(Inner);
    let _ = Expr::unit();
}
