//! Random operations beside a `Mutex<HashMap<Key, Weak<Key>>>`, which is slow, simple and right.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, Weak};

use weakcache::{Intern, Interned, WeakInterned};

use crate::support::Random;

/// What the contract says, without any of its speed.
#[derive(Default)]
struct Oracle(Mutex<HashMap<u64, Weak<u64>>>);

impl Oracle {
    fn intern(&self, key: u64) -> Arc<u64> {
        let mut table = self.0.lock().unwrap();
        table.get(&key).and_then(Weak::upgrade).unwrap_or_else(|| {
            let new = Arc::new(key);
            table.insert(key, Arc::downgrade(&new));
            new
        })
    }

    fn get(&self, key: u64) -> Option<Arc<u64>> {
        self.0.lock().unwrap().get(&key).and_then(Weak::upgrade)
    }

    fn live(&self) -> Vec<u64> {
        let mut live: Vec<_> = self
            .0
            .lock()
            .unwrap()
            .iter()
            .filter(|(_, weak)| weak.strong_count() > 0)
            .map(|(&key, _)| key)
            .collect();
        live.sort_unstable();
        live
    }
}

/// What the types under test have in common.
trait Number: Intern {
    fn lazily(key: u64) -> Interned<Self>;
    fn eagerly(key: u64) -> Interned<Self>;
    fn look_up(key: u64) -> Option<Interned<Self>>;
    fn key(&self) -> u64;
}

/// The handles of the type under test and of the oracle, side by side.
fn compare<T: Number>(operations: usize, keys: usize, seed: u64) {
    let oracle = Oracle::default();
    let mut random = Random(seed);
    let mut handles: Vec<(Interned<T>, Arc<u64>)> = Vec::new();
    let mut weak: Vec<(WeakInterned<T>, Weak<u64>)> = Vec::new();
    for operation in 0..operations {
        let key = random.below(keys) as u64;
        match random.below(100) {
            0..20 => handles.push((T::lazily(key), oracle.intern(key))),
            20..40 => handles.push((T::eagerly(key), oracle.intern(key))),
            40..50 => match (T::look_up(key), oracle.get(key)) {
                (Some(ours), Some(theirs)) => handles.push((ours, theirs)),
                (None, None) => {}
                (ours, theirs) => panic!("{key}: {} but {theirs:?}", ours.is_some()),
            },
            50..75 if !handles.is_empty() => drop(handles.swap_remove(random.below(handles.len()))),
            75..80 if !handles.is_empty() => {
                let (ours, theirs) = &handles[random.below(handles.len())];
                weak.push((Interned::downgrade(ours), Arc::downgrade(theirs)));
            }
            80..90 if !weak.is_empty() => {
                let (ours, theirs) = &weak[random.below(weak.len())];
                assert_eq!(ours.strong_count(), theirs.strong_count());
                match (ours.upgrade(), theirs.upgrade()) {
                    (Some(ours), Some(theirs)) => handles.push((ours, theirs)),
                    (None, None) => {}
                    (ours, theirs) => panic!("upgrade: {} but {theirs:?}", ours.is_some()),
                }
            }
            90..95 if !weak.is_empty() => drop(weak.swap_remove(random.below(weak.len()))),
            95 => {
                let mut ours: Vec<_> = T::registry().iter().map(|handle| handle.key()).collect();
                ours.sort_unstable();
                assert_eq!(ours, oracle.live());
            }
            96 => T::registry().shrink_to_fit(),
            97 => T::registry().reserve(random.below(64)),
            98 if operation % 16 == 0 => handles.clear(),
            _ => {}
        }
        if let Some((ours, theirs)) = handles.last() {
            assert_eq!(ours.key(), **theirs);
            assert_eq!(Interned::strong_count(ours), Arc::strong_count(theirs));
            let (other, their_other) = &handles[random.below(handles.len())];
            assert_eq!(ours == other, Arc::ptr_eq(theirs, their_other));
        }
        if operation % 64 == 0 {
            assert_eq!(T::registry().len(), oracle.live().len());
        }
    }
    drop(handles);
    assert_eq!(T::registry().len(), 0);
}

macro_rules! number {
    ($name:ident, $hasher:ty, $extra:ty) => {
        #[weakcache::interned(hasher = $hasher)]
        struct $name {
            key: u64,
            #[interned(init = <$extra>::default())]
            _extra: $extra,
        }

        impl Number for $name {
            fn lazily(key: u64) -> Interned<Self> {
                Self::new(key)
            }
            fn eagerly(key: u64) -> Interned<Self> {
                Self { key, _extra: <$extra>::default() }.intern()
            }
            fn look_up(key: u64) -> Option<Interned<Self>> {
                Self::get(key)
            }
            fn key(&self) -> u64 {
                self.key
            }
        }
    };
}

type Foldhash = weakcache::DefaultHashBuilder;

#[test]
fn many_keys() {
    number!(Plain, Foldhash, ());
    compare::<Plain>(100_000, 5000, 1);
}

#[test]
fn few_keys() {
    number!(Plain, Foldhash, ());
    compare::<Plain>(200_000, 7, 2);
}

#[test]
fn values_with_destructors_are_dropped_once() {
    static LIVE: AtomicUsize = AtomicUsize::new(0);
    struct Counted(Box<u8>);
    impl Default for Counted {
        fn default() -> Self {
            LIVE.fetch_add(1, Relaxed);
            Self(Box::new(7))
        }
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            assert_eq!(*self.0, 7);
            assert!(LIVE.fetch_sub(1, Relaxed) > 0);
        }
    }
    number!(Dropping, Foldhash, Counted);
    compare::<Dropping>(100_000, 500, 3);
    assert_eq!(LIVE.load(Relaxed), 0);
}

#[test]
fn all_hashes_equal() {
    number!(Colliding, crate::support::Constant, ());
    compare::<Colliding>(20_000, 60, 4);
    number!(CollidingAndDropping, crate::support::Constant, String);
    compare::<CollidingAndDropping>(20_000, 60, 5);
}

#[test]
fn values_that_fill_a_block_each() {
    struct Large(#[expect(dead_code, reason = "its size matters")] [u8; 5000]);
    impl Default for Large {
        fn default() -> Self {
            Self([0; 5000])
        }
    }
    number!(Big, Foldhash, Large);
    compare::<Big>(50_000, 300, 6);
}
