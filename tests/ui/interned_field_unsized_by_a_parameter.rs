use weakcache::interned;

#[interned]
struct Text<T: ?Sized> {
    id: u64,
    text: T,
}

#[interned]
struct Other<T>(T)
where
    T: ?Sized;

fn main() {}
