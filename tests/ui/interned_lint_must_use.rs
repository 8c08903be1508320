#![deny(unused_must_use)]

use weakcache::interned;

#[interned]
struct Date(u32);

#[interned]
enum Expr {
    Num(u8),
}

fn main() {
    Date::new(1);
    Date::get(1);
    Expr::num(1);
    Expr::get_num(1);
    Date::registry();
}
