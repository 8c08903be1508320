use std::collections::HashMap;
use weakcache::memoize;

#[memoize(batch)]
fn no_slice(id: u64) -> Vec<u64> {
    vec![id]
}

#[memoize(batch)]
fn two_slices(ids: &[u64], names: &[String]) -> Vec<u64> {
    vec![ids.len() as u64, names.len() as u64]
}

#[memoize(batch)]
fn no_values(ids: &[u64]) -> usize {
    ids.len()
}

#[memoize(batch)]
fn in_an_option(ids: &[u64]) -> Option<Vec<u64>> {
    Some(ids.to_vec())
}

#[memoize(batch = 3)]
fn a_size(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[memoize(batch)]
fn a_pattern([id]: &[u64; 1], _: &[u8]) -> Vec<u64> {
    vec![*id]
}

#[memoize(batch, ttl = "2s", refresh_after = "1s")]
fn refreshed(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

#[memoize(batch, tags("all"))]
fn tagged(ids: &[u64]) -> HashMap<u64, u64> {
    ids.iter().map(|id| (*id, *id)).collect()
}

#[memoize(batch, single_flight = "50ms")]
fn waits(ids: &[u64]) -> Vec<u64> {
    ids.to_vec()
}

struct Repo;

impl Repo {
    #[memoize(batch, skip(self))]
    fn alone(&self, ids: &[u64]) -> Vec<u64> {
        ids.to_vec()
    }
}

fn main() {}
