use weakcache::memoize;

#[memoize(store)]
fn bare(x: u64) -> u64 {
    x
}

#[memoize(store(weakcache::store::Memory::new()))]
fn called(x: u64) -> u64 {
    x
}

#[memoize(store = )]
fn nothing(x: u64) -> u64 {
    x
}

#[memoize(store = weakcache::store::Memory::new(), store = weakcache::store::Memory::new())]
fn twice(x: u64) -> u64 {
    x
}

#[memoize(redis = weakcache::store::Memory::new())]
fn synonym(x: u64) -> u64 {
    x
}

#[memoize(stores = weakcache::store::Memory::new())]
fn misspelt(x: u64) -> u64 {
    x
}

fn main() {}
