use weakcache::interned;

#[interned]
struct Point<T>(std::marker::PhantomData<T>, &T);

fn main() {}
