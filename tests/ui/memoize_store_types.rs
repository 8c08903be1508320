use serde::Serialize;
use weakcache::memoize;
use weakcache::store::Memory;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Plain(u64);

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
struct WriteOnly(u64);

#[memoize(store = Memory::new())]
fn value(x: Plain) -> u64 {
    x.0
}

#[memoize(store = Memory::new())]
fn reference(x: &Plain, y: Option<&WriteOnly>, (z, _): (u8, &str)) -> u64 {
    x.0 + y.map_or(0, |y| y.0) + u64::from(z)
}

#[memoize(store = Memory::new())]
fn result(x: u64) -> Result<Plain, std::io::Error> {
    Ok(Plain(x))
}

#[memoize(store = Memory::new())]
async fn asynchronous(x: u64) -> WriteOnly {
    WriteOnly(x)
}

#[memoize(key = Plain(*x), store = Memory::new())]
fn whole(x: u64) -> u64 {
    x
}

#[memoize]
impl Plain {
    #[memoize(store = Memory::new())]
    fn receiver(&self) -> u64 {
        self.0
    }
}

#[memoize(tags(Plain(*x)), store = Memory::new())]
fn tagged(x: u64) -> u64 {
    x
}

#[memoize(store = Memory::new())]
fn generic<T: Clone + Eq + std::hash::Hash + Send + Sync + 'static>(x: T) -> Vec<T> {
    vec![x]
}

#[derive(Clone)]
struct NoKey(u64);

#[memoize(store = Memory::new())]
fn no_key(x: f64, y: &NoKey) -> u64 {
    y.0
}

#[memoize(store = Memory::new(), key = *x)]
fn no_whole_key(x: f64) -> u64 {
    1
}

#[memoize(store = Memory::new())]
fn of_one_thread(x: u64) -> std::rc::Rc<u64> {
    x.into()
}

#[memoize]
impl NoKey {
    #[memoize(store = Memory::new())]
    fn receiver(&self) -> u64 {
        self.0
    }
}

fn main() {}
