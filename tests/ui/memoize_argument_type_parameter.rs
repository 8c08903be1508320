use weakcache::memoize;

#[memoize]
fn f<T: Clone + 'static>(x: T) -> usize {
    size_of_val(&x)
}

fn main() {}
