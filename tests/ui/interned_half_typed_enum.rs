use weakcache::interned;

#[interned]
enum Expr {
    Num(i64),
    Add(
        ,
    ),
}

fn main() {}
