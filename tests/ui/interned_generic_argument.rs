use weakcache::interned;

#[interned]
struct Wrapper<T> {
    value: T,
    list: Vec<T>,
}

fn main() {
    let _ = Wrapper::new(1.0, vec![]);
    let _ = Wrapper::new(std::rc::Rc::new(1), []);
}
