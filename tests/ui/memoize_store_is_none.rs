use std::collections::HashMap;
use weakcache::memoize;
use weakcache::store::{Memory, StoreError};

#[memoize(store = HashMap::<u8, u8>::new())]
fn map(x: u64) -> u64 {
    x
}

#[memoize(store = "prices.redb")]
async fn path(x: u64) -> u64 {
    x
}

fn open() -> Result<Memory, StoreError> {
    Ok(Memory::new())
}

#[memoize(store = open())]
fn result(x: u64) -> u64 {
    x
}

static STORE: std::sync::LazyLock<Memory> = std::sync::LazyLock::new(Memory::new);

#[memoize(store = STORE)]
fn lazy(x: u64) -> u64 {
    x
}

fn main() {}
