use weakcache::interned;

#[interned]
enum Expr {
    #[interned(nwe = "number")]
    Num(i64),
    #[interned(init = 3)]
    Add(u8, u8),
    Skipped(u8, #[interned(skip)] u8),
    #[interned]
    Unit,
    #[interned(new = "two words")]
    Words,
}

#[interned(new = false, get = false, lru = 1)]
enum Other {
    Skipped(u8, #[interned(skip)] u8),
}

fn main() {
    let _ = Expr::num(1);
    let _ = Expr::unit();
    let _ = Other::Skipped(1, 2);
}
