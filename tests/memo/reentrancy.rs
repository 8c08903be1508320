//! Comparisons and clones that run under the lock of a cache, and call memoized functions.

use crate::support::watched;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use weakcache::memoize;

/// In one bucket, and compared by a memoized function.
#[derive(Clone)]
struct ByLast(u32);

impl Hash for ByLast {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl PartialEq for ByLast {
    fn eq(&self, other: &Self) -> bool {
        last(self.0) == last(other.0) && last_of_all(self.0) == last_of_all(other.0)
    }
}

impl Eq for ByLast {}

#[memoize(lru = 4)]
fn last(x: u32) -> u32 {
    x % 10
}

#[memoize]
fn last_of_all(x: u32) -> u32 {
    x % 10
}

#[test]
fn a_comparison_may_call_functions_of_plain_keys() {
    #[memoize]
    fn f(key: &ByLast) -> u32 {
        key.0
    }
    watched(|| {
        assert_eq!((f(&ByLast(1)), f(&ByLast(11)), f(&ByLast(2))), (1, 1, 2));
        // No computation that began in there is waited for.
        let other = thread::spawn(|| [1, 2, 11].map(|x| (last(x), last_of_all(x))));
        assert_eq!(other.join().unwrap(), [(1, 1), (2, 2), (1, 1)]);
    });
}

#[test]
fn a_clone_may_call_functions_of_plain_keys() {
    struct Counted(u32);

    impl Clone for Counted {
        fn clone(&self) -> Self {
            assert_eq!(count(7), 7);
            Self(self.0)
        }
    }

    #[memoize(lru = 4)]
    fn count(x: u32) -> u32 {
        x
    }

    #[memoize(lru = 4)]
    fn g(key: u32) -> Counted {
        Counted(key)
    }

    watched(|| {
        g(1);
        count::invalidate(7);
        assert_eq!(g(1).0, 1, "a hit, whose clone calls `count` under the lock");
        assert_eq!(thread::spawn(|| count(7)).join().unwrap(), 7);
    });
}

/// A comparison panics while a key is looked for a second time: the key is dropped after the unlock.
#[test]
fn a_key_is_dropped_with_no_lock_held() {
    static ARMED: AtomicBool = AtomicBool::new(false);

    #[derive(Clone)]
    struct Key(u32);

    impl Hash for Key {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }

    impl PartialEq for Key {
        fn eq(&self, other: &Self) -> bool {
            assert!(!(ARMED.load(SeqCst) && self.0 != other.0), "a comparison that panics");
            self.0 == other.0
        }
    }

    impl Eq for Key {}

    impl Drop for Key {
        fn drop(&mut self) {
            // Another thread has to get at the cache meanwhile.
            thread::spawn(|| f::cache_info().misses).join().unwrap();
        }
    }

    #[memoize(lru = 8)]
    fn f(key: &Key) -> u32 {
        ARMED.store(key.0 == 2, SeqCst);
        key.0
    }

    watched(|| {
        let keys = [1, 2, 3].map(Key);
        assert_eq!(f(&keys[0]), 1);
        ARMED.store(true, SeqCst);
        assert!(catch_unwind(AssertUnwindSafe(|| f(&keys[1]))).is_err());
        ARMED.store(false, SeqCst);
        assert!(catch_unwind(AssertUnwindSafe(|| f::prime(&keys[0], 5))).is_ok());
        ARMED.store(true, SeqCst);
        assert!(catch_unwind(AssertUnwindSafe(|| f::prime(&keys[2], 5))).is_err());
        ARMED.store(false, SeqCst);
        assert_eq!((f(&keys[0]), f(&keys[1])), (5, 2));
    });
}
