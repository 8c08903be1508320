use weakcache::interned;

#[interned(shard = 2)]
struct Point {
    #[cfg(all())]
    #[interned(inti = 1)]
    x: i32,
    #[cfg(any())]
    never: f32,
    y: f32,
}

#[interned]
enum Expr {
    #[cfg(all())]
    Num(i64),
    #[cfg(any())]
    Num(i32),
    #[cfg_attr(all(), interned(new = "num"))]
    Other,
}

fn main() {
    let _ = Point::new(1, 1.0).x;
    let _ = Expr::num(1);
}
