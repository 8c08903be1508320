//! What a call costs, counted: allocations, clones, hashes.

use crate::support::alloc::allocations;
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;
use weakcache::memoize;

thread_local! {
    static CLONES: Cell<u32> = const { Cell::new(0) };
    static HASHES: Cell<u32> = const { Cell::new(0) };
}

fn counted(call: impl FnOnce()) -> (u32, u32) {
    let before = (CLONES.get(), HASHES.get());
    call();
    (CLONES.get() - before.0, HASHES.get() - before.1)
}

#[derive(PartialEq, Eq)]
struct Key(Box<u32>);

impl Clone for Key {
    fn clone(&self) -> Self {
        CLONES.set(CLONES.get() + 1);
        Self(self.0.clone())
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        HASHES.set(HASHES.get() + 1);
        self.0.hash(state);
    }
}

#[memoize(lru = 4)]
#[allow(clippy::needless_pass_by_value, reason = "clones are counted")]
fn by_value(key: Key) -> u32 {
    *key.0
}

#[memoize]
fn by_ref(key: &Key) -> u32 {
    *key.0
}

#[test]
fn a_call_hashes_its_key_once_and_a_hit_clones_none() {
    let key = Key(Box::new(1));
    let owned = [key.clone(), key.clone()];
    let [first, second] = owned;
    assert_eq!(counted(|| assert_eq!(by_value(first), 1)), (1, 1), "a miss clones the key");
    assert_eq!(counted(|| assert_eq!(by_value(second), 1)), (0, 1));
    assert_eq!(counted(|| assert_eq!(by_ref(&key), 1)), (1, 1));
    assert_eq!(counted(|| assert_eq!(by_ref(&key), 1)), (0, 1));
    assert_eq!(counted(|| assert_eq!(by_ref::peek(&key), Some(1))), (0, 1));
    assert_eq!(counted(|| assert!(by_ref::invalidate(&key))), (0, 1));
    // No entry is hashed again when it is evicted, or when the table grows.
    for n in 2..100 {
        let key = Key(Box::new(n));
        assert_eq!(counted(|| assert_eq!(by_value(key), n)), (1, 1));
    }
}

#[test]
fn a_hit_allocates_nothing() {
    #[memoize(lru = 8)]
    fn bounded(text: &str, path: &Path, list: Vec<u8>, maybe: Option<&str>) -> usize {
        text.len() + path.as_os_str().len() + list.len() + maybe.map_or(0, str::len)
    }
    #[memoize]
    fn unbounded(text: &str, number: u64) -> usize {
        text.len() + usize::try_from(number).unwrap()
    }
    #[memoize(ttl = "1h", idle = "1h", lru = 8)]
    fn timed(text: &str) -> Arc<str> {
        text.into()
    }
    #[memoize(local)]
    fn local(text: &str) -> usize {
        text.len()
    }
    #[memoize(weak)]
    fn weak(text: &str) -> Arc<String> {
        Arc::new(text.into())
    }
    #[memoize]
    fn generic<T: 'static>(text: &str) -> usize {
        size_of::<T>() + text.len()
    }
    let held = weak("a");
    for round in 0..2 {
        let list = vec![1, 2];
        let ((), count) = allocations(|| {
            bounded("a", Path::new("b"), list, Some("c"));
            unbounded("a", 1);
            timed("a");
            local("a");
            assert_eq!(weak("a").as_str(), held.as_str());
            generic::<u8>("a");
            generic::<u16>("a");
        });
        assert_eq!(count == 0, round == 1, "{count}");
    }
}

#[test]
fn a_miss_allocates_what_it_stores() {
    #[memoize(lru = 4)]
    fn plain(x: u64) -> u64 {
        x
    }
    #[memoize(lru = 4)]
    fn text(x: &str) -> u64 {
        x.len() as u64
    }
    for x in 0..64 {
        plain(x);
        text(&x.to_string());
    }
    // Once the tables have their size: nothing for single flight, the key alone for what is borrowed.
    assert_eq!(allocations(|| plain(100)), (100, 0));
    assert_eq!(allocations(|| text("abc")), (3, 1));
}

#[test]
fn a_value_is_cloned_once_a_call() {
    struct Value(Box<u32>);
    impl Clone for Value {
        fn clone(&self) -> Self {
            CLONES.set(CLONES.get() + 1);
            Self(self.0.clone())
        }
    }
    #[memoize]
    fn f(x: u32) -> Value {
        Value(Box::new(x))
    }
    assert_eq!(counted(|| assert_eq!(*f(1).0, 1)), (1, 0));
    assert_eq!(counted(|| assert_eq!(*f(1).0, 1)), (1, 0));
}
