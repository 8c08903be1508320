use weakcache::interned;

#[interned]
trait Point {
    fn x(&self);
}

fn main() {}
