//! A drop that panics while a result is on its way out takes nothing along.

use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use weakcache::memoize;

thread_local! {
    static ARMED: Cell<u32> = const { Cell::new(0) };
}

/// Panics in the drop that takes the count from one to zero.
struct Bomb(u32);

impl Bomb {
    fn tick() {
        match ARMED.get() {
            0 => {}
            1 => {
                ARMED.set(0);
                if !std::thread::panicking() {
                    resume_unwind(Box::new("bomb"));
                }
            }
            more => ARMED.set(more - 1),
        }
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        Self::tick();
    }
}

impl Clone for Bomb {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl PartialEq for Bomb {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Bomb {}

impl Hash for Bomb {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Calls `f` with the `n`th drop panicking, for every `n` there is, and counts handles on `value` afterwards.
fn at_every_drop<R>(value: &Arc<u32>, kept: impl Fn() -> usize, f: impl Fn() -> R) -> u32 {
    for n in 1.. {
        ARMED.set(n);
        let outcome = catch_unwind(AssertUnwindSafe(&f));
        let left = ARMED.replace(0);
        let panicked = outcome.is_err();
        drop(outcome);
        assert_eq!(Arc::strong_count(value), 1 + kept(), "after drop {n}");
        if left > 0 {
            assert!(!panicked);
            return n - 1;
        }
    }
    unreachable!()
}

#[test]
fn the_key_of_a_hit_takes_no_result_along() {
    thread_local! {
        static VALUE: Arc<u32> = Arc::new(7);
    }
    #[memoize(key = Bomb(*x))]
    fn f(x: u32) -> Arc<u32> {
        let _ = x;
        VALUE.with(Arc::clone)
    }
    let value = VALUE.with(Arc::clone);
    assert_eq!(Arc::strong_count(&value), 2);
    drop(f(1));
    let base = Arc::strong_count(&value) - 1;
    assert!(at_every_drop(&value, || base, || f(1)) >= 1);
    assert!(at_every_drop(&value, || base, || f::peek(1)) >= 1);
    assert!(at_every_drop(&value, || base, || f::invalidate(2)) >= 1);
}

#[test]
fn an_evicted_or_expired_entry_takes_no_result_along() {
    use std::time::Duration;
    use weakcache::clock::Mock;

    #[derive(Clone)]
    struct Value(
        #[allow(dead_code, reason = "counted")] Arc<u32>,
        #[allow(dead_code, reason = "dropped")] Arc<Bomb>,
    );

    thread_local! {
        static VALUE: Arc<u32> = Arc::new(7);
    }

    #[memoize(lru = 1, ttl = "1m")]
    fn f(key: &Bomb) -> Value {
        Value(VALUE.with(Arc::clone), Arc::new(Bomb(key.0)))
    }
    let value = VALUE.with(Arc::clone);
    let clock = Mock::new();
    let _installed = clock.install();
    let base = 1; // of the thread-local
    let stored = || base + f::cache_info().len;
    for step in 0..3 {
        // Each call evicts what the last one left, or finds it expired.
        let next = Cell::new(0);
        let drops = at_every_drop(&value, stored, || {
            next.set(next.get() + 1);
            let key = Bomb(if step == 2 { 0 } else { next.get() });
            if step > 0 {
                clock.advance(Duration::from_secs(61));
            }
            // An argument by value would take the result along without this library's doing (rust-lang/rust#47949).
            let result = f(&key);
            drop(key);
            result
        });
        assert!(drops >= 2, "{drops}");
        f::cache_clear();
    }
}
