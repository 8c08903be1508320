use std::sync::Arc;
use weakcache::{Memo, memoize};

#[memoize(local, store = weakcache::store::Memory::new())]
fn local(x: u64) -> u64 {
    x
}

#[memoize(weak, store = weakcache::store::Memory::new())]
fn weak(x: u64) -> Arc<u64> {
    Arc::new(x)
}

#[memoize(weak_key(node), store = weakcache::store::Memory::new())]
fn weak_key(node: &Arc<u64>) -> u64 {
    **node
}

#[memoize(store = weakcache::store::Memory::new(), batch)]
fn batch(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

struct Repo {
    memo: Memo,
}

#[memoize]
impl Repo {
    #[memoize(in(self.memo), store = weakcache::store::Memory::new())]
    fn note(&self, id: u64) -> u64 {
        id
    }
}

fn main() {}
