use weakcache::memoize;

struct Plain(u32);

#[memoize(tags(f64::from(*id)))]
fn float(id: u32) -> u32 {
    id
}

#[memoize(tags(Plain(*id)))]
fn plain(id: u32) -> u32 {
    id
}

#[memoize(tags(std::rc::Rc::new(*id)))]
fn of_one_thread(id: u32) -> u32 {
    id
}

fn main() {}
