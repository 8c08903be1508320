use weakcache::memoize;

#[memoize]
fn f<T: Default + Clone + Send + Sync>(x: u32) -> T {
    let _ = x;
    T::default()
}

fn main() {}
