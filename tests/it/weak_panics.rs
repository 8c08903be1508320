//! A drop that panics while a result is on its way: the result is dropped, not leaked.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use weakcache::{ArcWeakValueMap, Strong, WeakKeyMap, WeakSet, WeakValueMap};

thread_local! {
    static ARMED: Cell<bool> = const { Cell::new(false) };
}

/// Its drop panics, while armed.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        assert!(!ARMED.get() || std::thread::panicking(), "bomb {}", self.0);
    }
}

/// Runs `f` with bombs armed: it panics with one of them.
fn explodes<R>(f: impl FnOnce() -> R) {
    ARMED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(f));
    ARMED.set(false);
    let payload = result.map(drop).expect_err("it panics");
    assert!(payload.downcast_ref::<String>().unwrap().starts_with("bomb"));
}

/// Compares as its number does, and can be told apart.
#[derive(Clone, Debug)]
struct Key(u32, #[expect(dead_code)] Option<Arc<Bomb>>);

impl Key {
    fn armed(number: u32) -> Self {
        Self(number, Some(Arc::new(Bomb(number))))
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Key {}

#[test]
fn of_a_key_that_is_not_needed() {
    let map = WeakValueMap::new();
    let value = Strong::new(5);
    map.insert(Key(1, None), &value);
    explodes(|| map.get_or_insert_with(Key::armed(1), || 6));
    explodes(|| map.try_get_or_insert_with(Key::armed(1), || Ok::<_, ()>(6)));
    assert_eq!(Strong::strong_count(&value), 1);
    let other = Strong::new(7);
    explodes(|| map.insert(Key::armed(1), &other));
    assert_eq!((Strong::strong_count(&value), Strong::strong_count(&other)), (1, 1));
    explodes(|| map.try_get_or_insert_with(Key::armed(2), || Err::<i32, _>(other.clone())));
    assert_eq!(Strong::strong_count(&other), 1);
    assert_eq!(map.len(), 1);
}

#[test]
fn of_a_key_that_leaves() {
    let map = WeakValueMap::new();
    let value = Strong::new(5);
    map.insert(Key::armed(1), &value);
    explodes(|| map.remove(&Key(1, None)));
    assert_eq!((Strong::strong_count(&value), map.len()), (1, 0));

    map.insert(Key::armed(1), &value);
    map.insert(Key::armed(2), &value);
    explodes(|| map.clear());
    assert_eq!((Strong::strong_count(&value), Strong::weak_count(&value), map.len()), (1, 0, 0));
    map.insert(Key::armed(1), &value);
    explodes(|| map.retain(|_, _| false));
    assert_eq!((Strong::strong_count(&value), map.len()), (1, 0));
}

#[test]
fn of_a_value_that_lost_the_race() {
    let map = WeakValueMap::new();
    let winner = Strong::new(Bomb(1));
    explodes(|| {
        map.get_or_insert_with(1, || {
            map.insert(1, &winner);
            Strong::new(Bomb(2))
        })
    });
    assert_eq!(Strong::strong_count(&winner), 1);

    let map = ArcWeakValueMap::new();
    let winner = Arc::new(Bomb(1));
    explodes(|| {
        map.get_or_insert_with(1, || {
            map.insert(1, &winner);
            Arc::new(Bomb(2))
        })
    });
    assert_eq!(Arc::strong_count(&winner), 1);

    let map = WeakKeyMap::new();
    let key = Strong::new(1);
    let counts = Arc::new(());
    #[derive(Clone)]
    struct Value(#[expect(dead_code)] Arc<()>, #[expect(dead_code)] Option<Arc<Bomb>>);
    explodes(|| {
        map.get_or_insert_with(&key, || {
            map.insert(&key, Value(counts.clone(), None));
            Value(counts.clone(), Some(Arc::new(Bomb(2))))
        })
    });
    assert_eq!(Arc::strong_count(&counts), 2);
    assert!(map.get(&1).is_some());
}

#[test]
fn of_a_closure_that_is_not_called() {
    let (map, keys) = (WeakValueMap::new(), WeakKeyMap::new());
    let (key, value) = (Strong::new(1), Strong::new(5));
    map.insert(1, &value);
    keys.insert(&key, value.clone());
    let bomb = || Arc::new(Bomb(1));
    for _ in 0..2 {
        let captured = bomb();
        explodes(|| {
            map.get_or_insert_with(1, move || {
                drop(captured);
                6
            })
        });
        let captured = bomb();
        explodes(|| {
            keys.get_or_insert_with(&key, move || {
                drop(captured);
                Strong::new(6)
            })
        });
        assert_eq!(Strong::strong_count(&value), 2);
    }
}

/// Holds the last handle to a key by the time that it has been compared.
#[test]
fn of_a_value_whose_last_use_it_was() {
    struct Value(Bomb);
    let map = WeakKeyMap::new();
    let key = Strong::new(1);
    map.insert(&key, Value(Bomb(1)));
    let result = Arc::new(());
    explodes(|| {
        map.with(&1, |value| {
            assert_eq!((map.remove(&1).is_none(), value.0.0), (true, 1));
            result.clone()
        })
    });
    assert_eq!(Arc::strong_count(&result), 1);

    // And of a key.
    let keys = WeakKeyMap::new();
    let mut key = Some(Strong::new(Bomb(1)));
    keys.insert(key.as_ref().unwrap(), ());
    explodes(|| {
        keys.with(&Bomb(1), |()| {
            key = None;
            result.clone()
        })
    });
    assert_eq!((Arc::strong_count(&result), keys.len()), (1, 0));
    std::mem::forget(key);
}

/// Elements under one hash, of which a look-up takes handles to compare them.
#[test]
fn of_an_element_that_was_only_compared() {
    #[derive(Debug)]
    struct Element(u32, #[expect(dead_code)] Option<Bomb>);
    thread_local!(static LAST: Cell<Option<Strong<Element>>> = const { Cell::new(None) });
    impl Hash for Element {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    impl PartialEq for Element {
        fn eq(&self, other: &Self) -> bool {
            LAST.take();
            self.0 == other.0
        }
    }
    impl Eq for Element {}

    let set = WeakSet::new();
    let last = Strong::new(Element(1, Some(Bomb(1))));
    let kept = Strong::new(Element(2, None));
    assert!(set.insert(&last) && set.insert(&kept));
    LAST.set(Some(last));
    explodes(|| set.get(&Element(2, None)));
    assert_eq!((Strong::strong_count(&kept), set.len()), (1, 1));
}

/// A panic in one drop of a walk stops none of the others.
#[test]
fn of_one_of_many_stops_none() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Counted(#[expect(dead_code)] Bomb);
    impl Drop for Counted {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
        }
    }
    let keys: Vec<_> = (0..10).map(Strong::new).collect();
    let map: WeakKeyMap<u32, Counted> = keys.iter().map(|key| (key, Counted(Bomb(**key)))).collect();
    explodes(|| map.clear());
    assert_eq!((DROPPED.load(Relaxed), map.len()), (10, 0));
    assert!(keys.iter().all(|key| Strong::weak_count(key) == 0));
}
