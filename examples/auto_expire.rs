//! A cache whose items expire when nobody uses them any more, with statistics that expire with them.
//!
//! `cargo run --example auto_expire`
//!
//! Look for: the size and the counts, which fall as items are dropped, without a call that removes any.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use weakcache::{Strong, WeakKeyMap, WeakValueMap};

#[derive(Debug, PartialEq, Eq, Hash)]
struct Item(String);

/// Counts are kept by item, not by key: they go with it.
#[derive(Default)]
struct AutoExpireCache {
    items: WeakValueMap<String, Item>,
    accesses: WeakKeyMap<Item, AtomicU32>,
}

#[derive(Debug, PartialEq)]
struct Stats {
    size: usize,
    access_count: BTreeMap<String, u32>,
}

impl AutoExpireCache {
    fn store(&self, key: &str, item: &Strong<Item>) {
        self.items.insert(key.to_string(), item);
        self.accesses.insert(item, AtomicU32::new(0));
    }

    fn retrieve(&self, key: &str) -> Option<Strong<Item>> {
        let item = self.items.get(key)?;
        self.accesses.with(&*item, |count| count.fetch_add(1, Relaxed));
        Some(item)
    }

    fn stats(&self) -> Stats {
        let count = |item: &Item| self.accesses.with(item, |count| count.load(Relaxed)).unwrap_or(0);
        let access_count: BTreeMap<_, _> = self.items.iter().map(|(key, item)| (key, count(&item))).collect();
        Stats { size: access_count.len(), access_count }
    }
}

fn main() {
    let cache = AutoExpireCache::default();
    let mut items = HashMap::new();
    for i in 0..3 {
        let (key, item) = (format!("item_{i}"), Strong::new(Item(format!("Cheese_{i}"))));
        cache.store(&key, &item);
        items.insert(key, item);
    }
    println!("stored: {:?}", cache.stats());
    assert_eq!(cache.stats().size, 3);

    for key in ["item_0", "item_0", "item_1"] {
        println!("retrieved: {:?}", cache.retrieve(key));
    }
    println!("used: {:?}", cache.stats());
    let counts: Vec<_> = cache.stats().access_count.into_values().collect();
    assert_eq!(counts, [2, 1, 0]);

    items.remove("item_0");
    println!("after dropping item_0: {:?}", cache.stats());
    assert_eq!(cache.stats().access_count, BTreeMap::from([("item_1".into(), 1), ("item_2".into(), 0)]));
    assert_eq!((cache.retrieve("item_0"), cache.accesses.len()), (None, 2));
}
