use weakcache::interned;

#[interned(get = "find")]
enum Expr {
    Num(u8),
}

fn main() {
    let _ = Expr::get_num(1);
}
