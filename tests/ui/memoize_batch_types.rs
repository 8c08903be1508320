use weakcache::memoize;

struct Unique;

#[memoize(batch)]
fn floats(xs: &[f64]) -> Vec<f64> {
    xs.to_vec()
}

#[memoize(batch, skip(once))]
fn not_clone(ids: &[u64], once: Unique) -> Vec<u64> {
    let Unique = once;
    ids.to_vec()
}

#[memoize(batch)]
fn users(ids: &[u64]) -> Vec<String> {
    ids.iter().map(u64::to_string).collect()
}

#[memoize(batch)]
fn of_traits(ids: &[impl Copy + Into<u64>]) -> Vec<u64> {
    ids.iter().map(|id| (*id).into()).collect()
}

fn main() {
    users::peek(1);
    users::prime(&1, vec!["a".to_owned()]);
    users(&["a"]);
}
