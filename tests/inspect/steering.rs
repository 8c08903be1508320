//! Emptying and sweeping.

use crate::{alone, report};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use weakcache::{Cause, clear_all, clock, interned, memoize, sweep_all};

#[test]
fn clear_all_empties_what_can_be_computed_again() {
    let _alone = alone();
    static TOLD: AtomicUsize = AtomicUsize::new(0);
    #[memoize(lru = 10, on_evict = |_, _, cause| {
        assert_eq!(cause, Cause::Invalidated);
        TOLD.fetch_add(1, Relaxed);
    })]
    fn cleared(n: u32) -> Arc<u32> {
        n.into()
    }
    #[interned]
    struct Kept(u8);

    let held = (cleared(1), cleared(2), Kept::new(1));
    assert_eq!(Arc::strong_count(&held.0), 2);
    clear_all();
    assert_eq!(Arc::strong_count(&held.0), 1);
    assert_eq!(TOLD.load(Relaxed), 2);
    let report_of = report("::cleared");
    assert_eq!((report_of.len, report_of.hits, report_of.misses), (0, 0, 0));
    assert_eq!(report("::Kept").len, 1);
    drop(held);
}

#[test]
fn sweep_all_says_how_many_went() {
    let _alone = alone();
    #[memoize(ttl = "10s")]
    fn swept(n: u32) -> u32 {
        n
    }
    #[memoize(weak)]
    fn died(n: u32) -> Arc<u32> {
        n.into()
    }

    let clock = clock::Mock::new();
    let _installed = clock.install();
    sweep_all();
    swept(1);
    swept(2);
    let held = (died(1), died(2));
    assert_eq!(sweep_all(), 0);
    clock.advance(Duration::from_secs(10));
    drop(held.0);
    assert_eq!(sweep_all(), 3);
    assert_eq!((report("::swept").len, report("::died").len), (0, 1));
    assert_eq!((report("::swept").expirations, report("::died").expirations), (2, 1));
}

#[test]
fn a_panic_leaves_no_cache_full() {
    let _alone = alone();
    #[derive(Clone)]
    struct Bomb(Arc<()>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            assert!(Arc::strong_count(&self.0) > 1 || std::thread::panicking(), "the last of them");
        }
    }
    #[memoize]
    fn before(n: u32) -> u32 {
        n
    }
    #[memoize]
    fn bomb() -> Bomb {
        Bomb(Arc::new(()))
    }
    #[memoize]
    fn behind(n: u32) -> u32 {
        n
    }

    before(1);
    let held = bomb();
    behind(1);
    drop(held);
    let panic = catch_unwind(AssertUnwindSafe(clear_all)).unwrap_err();
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"the last of them"));
    assert_eq!((report("::before").len, report("::bomb").len, report("::behind").len), (0, 0, 0));
}

#[test]
fn it_may_be_called_from_anywhere() {
    let _alone = alone();
    #[memoize]
    fn inner(n: u32) -> u32 {
        n
    }
    #[memoize(on_evict = |_, _, _| { drop(weakcache::caches()); sweep_all(); inner(2); })]
    fn outer(n: u32) -> u32 {
        clear_all();
        drop(weakcache::caches());
        inner(n)
    }
    outer(1);
    outer(2);
    assert_eq!(report("::inner").len, 1);
    assert_eq!(report("::outer").len, 0, "what was being computed is not stored, as with `cache_clear`");
}
