use weakcache::interned;

#[interned(hasher = std::hash::RandomState::new())]
struct Point {
    x: i32,
}

fn main() {}
