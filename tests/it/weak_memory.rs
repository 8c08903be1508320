//! What weak containers keep of memory, and what they do with hashes that are all the same.

use crate::support::Constant;
use crate::support::alloc::{allocations, live_bytes};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use std::time::{Duration, Instant};
use weakcache::{ArcWeakKeyMap, ArcWeakSet, ArcWeakValueMap, Strong, WeakKeyMap, WeakSet, WeakValueMap};

const MANY: u32 = 100_000;
/// Far less than what so many entries take, which is some megabytes, and more than a small table.
const LITTLE: usize = 400_000;

/// How many bytes more than before this thread has when it has run `f`: what it allocated and did not free.
fn bytes_kept<R>(f: impl FnOnce() -> R) -> (R, usize) {
    let before = live_bytes();
    let result = f();
    (result, live_bytes().wrapping_sub(before).cast_unsigned())
}

#[test]
fn tables_shrink_as_their_entries_die() {
    let (map, keys, set) = (WeakValueMap::new(), WeakKeyMap::new(), WeakSet::new());
    let (values, kept) = bytes_kept(|| {
        let mut values: Vec<_> = (0..MANY).map(Strong::new).collect();
        for value in &values {
            map.insert(**value, value);
            keys.insert(value, **value);
            set.insert(value);
        }
        values.truncate(10);
        values.shrink_to_fit();
        values
    });
    assert!(kept < LITTLE, "{kept}");
    assert_eq!((map.len(), keys.len(), set.len()), (10, 10, 10));
    assert!(map.get(&3).is_some() && keys.get(&4) == Some(4) && set.contains(&5));
    drop(values);
}

/// What a container keeps when all that was in it has gone by `empty`.
macro_rules! kept {
    ($container:expr, $fill:expr, $empty:expr) => {{
        let container = $container;
        let ((), kept) = bytes_kept(|| {
            let held = $fill(&container);
            $empty(&container, held);
        });
        kept
    }};
}

#[test]
fn tables_shrink_as_all_die() {
    let values = || (0..MANY).map(Strong::new).collect::<Vec<_>>();
    let fill_map = |map: &WeakValueMap<u32, u32>| {
        let values = values();
        for value in &values {
            map.insert(**value, value);
        }
        values
    };
    let fill_keys = |map: &WeakKeyMap<u32, String>| {
        let values = values();
        for value in &values {
            map.insert(value, value.to_string());
        }
        values
    };
    let fill_set = |set: &WeakSet<u32>| {
        let values = values();
        for value in &values {
            assert!(set.insert(value));
        }
        values
    };
    let map = kept!(WeakValueMap::new(), fill_map, |_: &_, held| drop(held));
    let keys = kept!(WeakKeyMap::new(), fill_keys, |_: &_, held| drop(held));
    let set = kept!(WeakSet::new(), fill_set, |_: &_, held| drop(held));
    assert!(map < LITTLE && keys < LITTLE && set < LITTLE, "{map}, {keys}, {set}");
    // At once, and to the end.
    let fit = |map: &WeakValueMap<u32, u32>, held: Vec<_>| {
        drop(held);
        assert_eq!(map.sweep(), 0);
        map.shrink_to_fit();
    };
    assert_eq!(kept!(WeakValueMap::new(), fill_map, fit), 0);
    let clear = |map: &WeakKeyMap<u32, String>, held| {
        map.clear();
        drop(held);
    };
    assert_eq!(kept!(WeakKeyMap::new(), fill_keys, clear), 0);
}

#[test]
fn tables_shrink_as_entries_are_removed() {
    let values: Vec<_> = (0..MANY).map(Strong::new).collect();
    let map: WeakValueMap<u32, u32> = WeakValueMap::new();
    let ((), kept) = bytes_kept(|| {
        for value in &values {
            map.insert(**value, value);
        }
        for value in &values {
            assert!(map.remove(&**value).is_some());
        }
    });
    assert!(kept < LITTLE, "{kept}");
}

#[test]
fn arcs_are_swept_on_demand() {
    let (map, keys, set) = (ArcWeakValueMap::new(), ArcWeakKeyMap::new(), ArcWeakSet::new());
    let ((), kept) = bytes_kept(|| {
        let values: Vec<_> = (0..MANY).map(Arc::new).collect();
        for value in &values {
            map.insert(**value, value);
            keys.insert(value, value.to_string());
            set.insert(value);
        }
        drop(values);
        assert_eq!((map.len(), keys.len(), set.len()), (0, 0, 0));
        let swept = (map.sweep(), keys.sweep(), set.sweep());
        assert_eq!(swept, (MANY as usize, MANY as usize, MANY as usize));
        assert_eq!((map.sweep(), keys.sweep(), set.sweep()), (0, 0, 0));
    });
    assert!(kept < LITTLE, "{kept}");
    let ((), freed) = bytes_kept(|| {
        map.shrink_to_fit();
        keys.shrink_to_fit();
        set.shrink_to_fit();
    });
    assert_eq!(kept.wrapping_add(freed), 0);
}

#[test]
fn a_first_entry_takes_no_allocation_but_for_the_key() {
    // Of a seed that is always the same, as whether a table has room is a matter of luck otherwise.
    type Fixed = BuildHasherDefault<DefaultHasher>;
    let map: WeakValueMap<i32, i32, Fixed> = WeakValueMap::default();
    let texts: WeakValueMap<String, i32, Fixed> = WeakValueMap::default();
    let keys: WeakKeyMap<i32, i32, Fixed> = WeakKeyMap::default();
    let set: WeakSet<i32, Fixed> = WeakSet::default();
    let values: Vec<_> = (0..100).map(Strong::new).collect();
    for value in &values {
        map.insert(**value, value);
        texts.insert(value.to_string(), value);
        keys.insert(value, **value);
        set.insert(value);
    }
    drop(values);
    let values: Vec<_> = (0..4).map(Strong::new).collect();
    let [one, two, three, four] = [0, 1, 2, 3].map(|index| &values[index]);
    assert_eq!(allocations(|| map.insert(1, one)), (None, 0));
    let text = "1".to_string();
    assert_eq!(allocations(|| texts.insert(text, two)), (None, 1));
    assert_eq!(allocations(|| keys.insert(three, 5)), (None, 0));
    assert_eq!(allocations(|| set.insert(four)), (true, 0));
    // Look-ups and deaths never do.
    assert_eq!(allocations(|| map.contains_key(&1) && texts.contains_key("1") && set.contains(&3)).1, 0);
    assert_eq!(allocations(|| keys.get(&2)), (Some(5), 0));
    assert_eq!(allocations(|| drop(values)).1, 0);
}

/// As long as it should take, many times over.
const LONG: Duration = Duration::from_secs(20);

#[test]
fn keys_of_one_hash_are_no_matter_of_minutes() {
    const KEYS: usize = 2000;
    /// Compared by code that is not the language's.
    #[derive(PartialEq, Eq, Hash, Debug)]
    struct Own(usize);

    fn check<S: BuildHasher + Default>() {
        let start = Instant::now();
        let values: Vec<_> = (0..KEYS).map(Strong::new).collect();
        let own: Vec<_> = (0..KEYS).map(|n| Strong::new(Own(n))).collect();
        let (map, own_map) =
            (WeakValueMap::with_hasher(S::default()), WeakValueMap::with_hasher(S::default()));
        let (set, own_set) = (WeakSet::with_hasher(S::default()), WeakSet::with_hasher(S::default()));
        for (value, own) in values.iter().zip(&own) {
            map.insert(**value, value);
            own_map.insert(Own(**value), value);
            assert!(set.insert(value) && own_set.insert(own));
        }
        assert_eq!((map.len(), own_map.len(), set.len(), own_set.len()), (KEYS, KEYS, KEYS, KEYS));
        assert!(map.contains_key(&(KEYS - 1)) && own_set.contains(&Own(KEYS - 1)));
        drop((values, own));
        assert!(map.is_empty() && own_map.is_empty() && set.is_empty() && own_set.is_empty());
        assert!(start.elapsed() < LONG);
    }
    check::<Constant>();
}
