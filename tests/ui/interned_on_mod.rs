use weakcache::interned;

#[interned]
mod point {
    pub struct Point;
}

fn main() {
    let _ = point::Point;
}
