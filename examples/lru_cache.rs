//! The steps of a page on Python's `functools.lru_cache`, and those it leaves to be written by hand.
//!
//! `cargo run --example lru_cache`
//!
//! Look for: a line `computing …` or `asking …` wherever a body runs; where none stands, the cache has answered.

use std::fmt::Debug;
use std::hash::Hash;
use std::ops::Mul;
use std::sync::Arc;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::memoize;

#[memoize(lru = 128)]
fn expensive_computation(x: u64) -> u64 {
    println!("  computing {x} …");
    x.pow(2)
}

/// `maxsize=None`: as large as it gets.
#[memoize]
fn unlimited(x: u64) -> u64 {
    x.pow(2)
}

/// A small one, so that something is evicted.
#[memoize(lru = 2)]
fn small(x: u64) -> u64 {
    x.pow(2)
}

/// `typed=True`: an argument of another type is another key. Here it is another cache, by the type system.
#[memoize(lru = 128)]
fn typed<T>(x: T) -> T
where
    T: Mul<Output = T> + Copy + Debug + Hash + Eq + Send + Sync + 'static,
{
    println!("  computing {x:?} as {} …", std::any::type_name::<T>());
    x * x
}

/// `TTLCache`: what is too old is computed again.
#[memoize(lru = 128, ttl = "60s")]
fn quote(symbol: &str) -> usize {
    println!("  asking for {symbol} …");
    symbol.len()
}

/// `WeakValueDictionary`: an entry lives as long as its value is used.
#[memoize(weak)]
fn get_or_create(key: &str) -> Arc<String> {
    println!("  creating {key} …");
    Arc::new(key.to_owned())
}

fn main() {
    println!("An LRU cache");
    assert_eq!(expensive_computation(10), 100); // prints
    assert_eq!(expensive_computation(10), 100); // does not
    println!("  {}", expensive_computation::cache_info());
    expensive_computation::cache_clear();
    println!("  cleared: {}", expensive_computation::cache_info());

    println!("Without limit");
    for x in 0..1000 {
        unlimited(x);
    }
    println!("  {}", unlimited::cache_info());

    println!("With room for two");
    for x in [1, 2, 1, 3] {
        small(x);
    }
    println!("  {}", small::cache_info());
    println!("  1 was used last, so 3 took the place of 2: {:?}", [1, 2, 3].map(small::peek));

    println!("Typed");
    typed(10_u32);
    typed(10_u64); // another cache
    typed(10_u32); // a hit
    println!("  u32: {}", typed::cache_info::<u32>());
    println!("  u64: {}", typed::cache_info::<u64>());

    println!("With a time to live of a minute, and a clock to turn");
    let clock = Mock::new();
    let installed = clock.install();
    quote("ACME");
    clock.advance(Duration::from_secs(59));
    quote("ACME");
    println!("  after 59 s: {}", quote::cache_info());
    clock.advance(Duration::from_secs(1));
    quote("ACME");
    println!("  after 60 s: {}", quote::cache_info());
    clock.advance(Duration::from_mins(1));
    println!("  a minute later, a sweep drops {}: {}", quote::sweep(), quote::cache_info());
    drop(installed);

    println!("Weak");
    let object = get_or_create("key");
    assert!(Arc::ptr_eq(&object, &get_or_create("key")));
    drop(object);
    println!("  dropped: {:?}", get_or_create::peek("key"));
}
