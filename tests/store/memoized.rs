//! Second tiers: what is asked when, what is kept where, and what controls do.

use super::spy::{Asked, Spy, counts, two};
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::store::{Answer, Claim, Faulty, Key, Memory, Namespace, Operation, Store, StoreError, TagId};
use weakcache::{Cause, memoize};

#[test]
fn first_tier_then_store_then_body() {
    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

    #[memoize(lru = 1, store = &*STORE)]
    fn length(text: &str, by: u32) -> Result<usize, String> {
        if text.is_empty() { Err("empty".into()) } else { Ok(text.len() * by as usize) }
    }

    assert_eq!((length("abc", 2), length("abcd", 2)), (Ok(6), Ok(8)));
    assert_eq!(counts!(length), (0, 0, 2));
    assert_eq!((length("abc", 2), length("abc", 2)), (Ok(6), Ok(6)));
    assert_eq!(counts!(length), (1, 1, 2));
    assert_eq!(length("", 2), Err("empty".into()));
    assert_eq!(length("", 2), Err("empty".into()));
    let info = length::cache_info();
    assert_eq!((info.misses, info.store_failures, info.len), (4, 0, 1));
    assert_eq!(info.store_bytes, 27, "of three values, each a byte and a checksum");
    assert_eq!(STORE.len(), 2, "an error is not stored");
}

#[test]
fn what_a_store_answers_lives_for_what_is_left() {
    #[memoize(ttl = "60s", store = Memory::new())]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    twice(1);
    clock.advance(Duration::from_secs(40));
    assert_eq!(twice::retain(|_, _| false), 1);
    assert_eq!((twice(1), counts!(twice)), (2, (0, 1, 1)));
    clock.advance(Duration::from_millis(19_999));
    assert_eq!((twice(1), counts!(twice)), (2, (1, 1, 1)));
    clock.advance(Duration::from_millis(1));
    assert_eq!(twice::peek(1), None);
    assert_eq!((twice(1), counts!(twice)), (2, (1, 1, 2)));
}

#[test]
fn an_own_time_to_live_is_that_of_both() {
    #[memoize(ttl = "1h", ttl_of = |key, _| Duration::from_secs(*key), store = Memory::new())]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    let clock = Mock::new();
    let _installed = clock.install();
    for x in [0, 10, 100_000] {
        twice(x);
    }
    twice(0);
    assert_eq!(counts!(twice), (0, 0, 4), "with no time to live a result is in neither");
    clock.advance(Duration::from_secs(9));
    twice::retain(|_, _| false);
    twice(10);
    twice(100_000);
    assert_eq!(counts!(twice), (0, 2, 4));
    clock.advance(Duration::from_secs(1));
    twice(10);
    assert_eq!(counts!(twice), (0, 2, 5));
    clock.advance(Duration::from_secs(3590));
    twice(100_000);
    assert_eq!(counts!(twice), (0, 2, 6));
}

#[test]
fn only_what_is_kept_is_stored() {
    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

    #[memoize(cache_if = |x| *x > 0, store = &*STORE)]
    fn positive(x: i32) -> i32 {
        x
    }

    #[memoize(cache_errors, store = &*STORE)]
    fn checked(x: i32) -> Result<i32, i32> {
        if x > 0 { Ok(x) } else { Err(x) }
    }

    #[memoize(weight = 8, weigh = |_, text| text.len(), store = &*STORE)]
    fn text(len: usize) -> String {
        "x".repeat(len)
    }

    positive(-1);
    assert!(STORE.is_empty());
    positive(1);
    assert_eq!(STORE.len(), 1);
    assert_eq!((checked(-1), checked(-1)), (Err(-1), Err(-1)));
    assert_eq!((counts!(checked), STORE.len()), ((1, 0, 1), 1), "an error is kept in the first tier alone");
    assert_eq!(checked(1), Ok(1));
    assert_eq!(STORE.len(), 2);
    for len in [8, 7, 8] {
        text(len);
    }
    assert_eq!((counts!(text), STORE.len()), ((0, 1, 2), 4));
    assert_eq!(text::cache_info().weight, 8);
}

#[test]
fn what_is_too_heavy_for_the_first_tier_is_in_the_second() {
    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);
    static LEN: AtomicU32 = AtomicU32::new(9);

    #[memoize(weight = 8, weigh = |_, text| text.len(), ttl = "60s", store = &*STORE)]
    fn text(x: char) -> String {
        x.to_string().repeat(LEN.load(Relaxed) as usize)
    }

    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!((text('a').len(), text('a').len(), counts!(text)), (9, 9, (0, 1, 1)));
    assert_eq!((text::cache_info().weight, text::peek('a'), STORE.len()), (0, None, 1));
    clock.advance(Duration::from_mins(1));
    assert_eq!((text('a').len(), counts!(text)), (9, (0, 1, 2)), "it lives for as long as others");
    // It takes the place of what was lighter, in the first tier too.
    for (len, peeked) in [(3, Some(3)), (9, None), (4, Some(4))] {
        LEN.store(len, Relaxed);
        assert_eq!(text::refresh('a').len(), len as usize);
        assert_eq!(text::peek('a').map(|text| text.len()), peeked);
        assert_eq!(text('a').len(), len as usize);
    }
    for (len, peeked) in [(9, None), (5, Some(5)), (10, None)] {
        text::prime('a', "b".repeat(len));
        assert_eq!((text::peek('a').map(|text| text.len()), text('a').len()), (peeked, len));
    }
    assert_eq!(text::cache_info().misses, 5);
    assert!(!text::invalidate('a'), "of the first tier");
    assert!(STORE.is_empty());
}

mod names {
    use super::*;

    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

    pub(super) struct Circle(u64);
    pub(super) struct Square(u64);

    pub(super) trait Area {
        fn area(by: u64) -> u64;
    }

    #[memoize]
    impl Circle {
        #[memoize(key = self.0, store = &*STORE)]
        pub(super) fn size(&self) -> u64 {
            self.0 * 3
        }
    }

    #[memoize]
    impl Square {
        #[memoize(key = self.0, store = &*STORE)]
        pub(super) fn size(&self) -> u64 {
            self.0 * 4
        }
    }

    #[memoize]
    impl Area for Circle {
        #[memoize(store = &*STORE)]
        fn area(by: u64) -> u64 {
            by * 5
        }
    }

    #[memoize]
    impl Area for Square {
        #[memoize(store = &*STORE)]
        fn area(by: u64) -> u64 {
            by * 6
        }
    }

    #[memoize(store = &*STORE)]
    fn of<T: 'static, const N: u64>(x: u64) -> u64 {
        x * N + size_of::<T>() as u64
    }

    #[memoize(controls = false, store = &*STORE)]
    fn without_controls<T: 'static>(x: u64) -> u64 {
        x + size_of::<T>() as u64
    }

    #[test]
    fn functions_do_not_meet() {
        assert_eq!((Circle(1).size(), Square(1).size()), (3, 4));
        assert_eq!((Circle::area(1), Square::area(1)), (5, 6));
        assert_eq!([of::<u8, 10>(1), of::<u16, 10>(1), of::<u8, 20>(1)], [11, 12, 21]);
        assert_eq!([without_controls::<u8>(1), without_controls::<u32>(1)], [2, 5]);
        assert_eq!(STORE.len(), 9);
        assert_eq!([of::<u8, 10>(1), without_controls::<u8>(1)], [11, 2]);
        of::cache_clear::<u16, 10>();
        assert_eq!(STORE.len(), 8);
        Circle::size_cache_clear();
        assert_eq!(STORE.len(), 7);
    }
}

mod made {
    use super::*;

    #[test]
    fn once_however_many_threads_come_first() {
        static MADE: AtomicU32 = AtomicU32::new(0);

        #[memoize(store = {
            MADE.fetch_add(1, Relaxed);
            thread::sleep(Duration::from_millis(150));
            Memory::new()
        })]
        fn twice<T: 'static>(x: u64) -> u64 {
            x * 2
        }

        assert_eq!(MADE.load(Relaxed), 0);
        thread::scope(|scope| {
            for x in 0..4 {
                scope.spawn(move || (twice::<u8>(x), twice::<u16>(x)));
            }
        });
        assert_eq!(MADE.load(Relaxed), 1);
    }

    #[test]
    fn by_code_that_calls_the_function() {
        #[memoize(store = { twice(1); twice(2); Memory::new() })]
        fn twice(x: u64) -> u64 {
            x * 2
        }

        assert_eq!([twice(1), twice(2), twice(1)], [2, 4, 2]);
    }

    #[test]
    fn anew_where_that_panics() {
        static MADE: AtomicU32 = AtomicU32::new(0);

        #[memoize(store = {
            assert!(MADE.fetch_add(1, Relaxed) > 0, "no store yet");
            Memory::new()
        })]
        fn twice(x: u64) -> u64 {
            x * 2
        }

        assert!(thread::spawn(|| twice(1)).join().is_err());
        assert_eq!((twice(1), MADE.load(Relaxed)), (2, 2));
        assert_eq!(counts!(twice), (0, 0, 1));
    }
}

mod controls {
    use super::*;

    #[test]
    fn reach_both() {
        static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);
        static BODIES: AtomicU32 = AtomicU32::new(0);

        #[memoize(store = &*STORE)]
        fn count(x: u64) -> Result<u32, ()> {
            if x == 0 { Err(()) } else { Ok(BODIES.fetch_add(1, Relaxed)) }
        }

        let from_store = |x| {
            count::retain(|_, _| false);
            count(x)
        };
        assert_eq!(count(1), Ok(0));
        assert_eq!(from_store(1), Ok(0));
        assert!(count::invalidate(1));
        assert_eq!(count(1), Ok(1));
        assert_eq!(count::refresh(1), Ok(2));
        assert_eq!(from_store(1), Ok(2));
        count::prime(1, Ok(77));
        assert_eq!((count(1), from_store(1)), (Ok(77), Ok(77)));
        count::retain(|_, _| false);
        assert_eq!(count::peek(1), None, "it looks at the first tier alone");
        assert!(!count::invalidate(1), "it tells of the first tier alone");
        assert!(STORE.is_empty());
        assert_eq!(count(1), Ok(3));
        count::prime(1, Err(()));
        assert!(STORE.is_empty(), "what is not to be kept takes the place of what was");
        assert_eq!(count(1), Ok(4));
        assert_eq!(count::uncached(1), Ok(5));
        assert_eq!(from_store(1), Ok(4));
        count::cache_clear();
        assert!(STORE.is_empty());
        assert_eq!(counts!(count), (0, 0, 0));
        assert_eq!(count::refresh(0), Err(()));
        assert_eq!((count(1), STORE.len()), (Ok(6), 1));
    }

    #[test]
    fn a_refresh_that_fails_leaves_both() {
        static FAILS: AtomicU32 = AtomicU32::new(0);

        #[memoize(store = Memory::new())]
        fn answer(x: u64) -> Result<u64, u32> {
            if FAILS.load(Relaxed) > 0 { Err(7) } else { Ok(x) }
        }

        answer(1).unwrap();
        FAILS.store(1, Relaxed);
        assert_eq!(answer::refresh(1), Err(7));
        assert_eq!(answer(1), Ok(1));
        answer::retain(|_, _| false);
        assert_eq!(answer(1), Ok(1));
    }

    #[test]
    fn a_clear_before_the_first_call_is_one_of_the_store() {
        static STORE: LazyLock<Spy> = LazyLock::new(Spy::default);

        #[memoize(name = "cleared early", store = &*STORE)]
        fn twice(x: u64) -> u64 {
            x * 2
        }

        twice::cache_clear();
        let log = STORE.memory.clone();
        twice(1);
        let (namespace, bytes) = STORE.last();
        assert!(matches!(log.get(Key::new(&namespace, &bytes), &[]), Ok(Answer::Found(_))));
        twice::cache_clear();
        assert!(log.is_empty());
    }

    #[test]
    fn what_is_computed_meanwhile_is_stored_in_neither() {
        static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);
        type Gate = Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>>;
        static GATE: Gate = Mutex::new(None);

        #[memoize(store = &*STORE)]
        fn slow(x: u64) -> u64 {
            if let Some((begun, go)) = GATE.lock().unwrap().take() {
                begun.send(()).unwrap();
                go.recv().unwrap();
            }
            x
        }

        let ways: [fn(); 3] = [|| assert!(!slow::invalidate(1)), slow::cache_clear, || slow::prime(1, 9)];
        for (way, left) in ways.into_iter().zip([None, None, Some(9)]) {
            slow::cache_clear();
            let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
            *GATE.lock().unwrap() = Some((begun, may_go));
            let call = thread::spawn(|| slow(1));
            has_begun.recv().unwrap();
            way();
            go.send(()).unwrap();
            assert_eq!(call.join().unwrap(), 1);
            assert_eq!((slow::peek(1), STORE.len()), (left, usize::from(left.is_some())));
            slow::retain(|_, _| false);
            assert_eq!(slow(1), left.unwrap_or(1));
        }
    }

    /// The store has what was to be removed already, but takes long to say so: nobody gets what was.
    #[test]
    fn an_entry_that_is_being_removed_stays_in_neither() {
        static GATE: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>> = Mutex::new(None);
        static BODIES: AtomicU32 = AtomicU32::new(0);

        #[expect(clippy::unnecessary_wraps, reason = "as `Faulty` has it")]
        fn before(operation: Operation) -> Result<(), StoreError> {
            if operation == Operation::Remove
                && let Some((begun, go)) = GATE.lock().unwrap().take()
            {
                begun.send(()).unwrap();
                go.recv().unwrap();
            }
            Ok(())
        }

        #[memoize(store = Faulty::new(Memory::new(), before))]
        fn count(_x: u64) -> u32 {
            BODIES.fetch_add(1, Relaxed)
        }

        assert_eq!(count(1), 0);
        count::retain(|_, _| false);
        let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        *GATE.lock().unwrap() = Some((begun, may_go));
        let removal = thread::spawn(|| count::invalidate(1));
        has_begun.recv().unwrap();
        assert_eq!(count(1), 0, "called before the control was over");
        go.send(()).unwrap();
        assert!(removal.join().unwrap(), "which drops what it brought into the first tier");
        assert_eq!(count(1), 1);
    }
}

mod renewed {
    use super::*;
    use crate::support::watched;
    use crate::tasks::finish;

    static AGED: LazyLock<Memory> = LazyLock::new(Memory::new);

    #[test]
    fn what_is_due_is_computed_and_told_to_the_store() {
        static BODIES: AtomicU32 = AtomicU32::new(0);

        #[memoize(ttl = "60s", refresh_after = "50s", store = Memory::new())]
        fn count(x: u64) -> Result<u32, ()> {
            if x == 0 { Err(()) } else { Ok(BODIES.fetch_add(1, Relaxed)) }
        }

        let clock = Mock::new();
        let _installed = clock.install();
        assert_eq!(count(1), Ok(0));
        clock.advance(Duration::from_secs(45));
        count::retain(|_, _| false);
        assert_eq!((count(1), counts!(count)), (Ok(0), (0, 1, 1)));
        clock.advance(Duration::from_secs(6));
        assert_eq!(count(1), Ok(1), "it is as old as it is, though the first tier has it for 6 seconds");
        assert_eq!((counts!(count), count::cache_info().refreshes), ((0, 1, 2), 1));
        clock.advance(Duration::from_secs(30));
        count::retain(|_, _| false);
        assert_eq!(count(1), Ok(1));
    }

    /// It has no end by which its age could be told.
    #[test]
    fn what_is_due_without_a_ttl_too() {
        static BODIES: AtomicU32 = AtomicU32::new(0);
        static FAILS: AtomicBool = AtomicBool::new(false);

        #[memoize(refresh_after = "50s", store = Memory::new())]
        fn count(_x: u64) -> Result<u32, ()> {
            if FAILS.load(Relaxed) { Err(()) } else { Ok(BODIES.fetch_add(1, Relaxed)) }
        }

        let clock = Mock::new();
        let _installed = clock.install();
        let load = || {
            count::retain(|_, _| false);
            count(1)
        };
        assert_eq!(count(1), Ok(0));
        // However often it is loaded.
        for _ in 0..4 {
            clock.advance(Duration::from_secs(12));
            assert_eq!(load(), Ok(0));
        }
        clock.advance(Duration::from_secs(1));
        assert_eq!(count(1), Ok(0));
        clock.advance(Duration::from_secs(1));
        assert_eq!((count(1), counts!(count)), (Ok(1), (1, 4, 2)));
        clock.advance(Duration::from_secs(100));
        assert_eq!((load(), counts!(count)), (Ok(2), (1, 4, 3)), "a call that loads it is one that is due");
        clock.advance(Duration::from_secs(49));
        assert_eq!((load(), counts!(count)), (Ok(2), (1, 5, 3)));
        // Who fails is served what was loaded, and none tries again for a while.
        FAILS.store(true, Relaxed);
        clock.advance(Duration::from_secs(1));
        assert_eq!((load(), count(1), counts!(count)), (Ok(2), Ok(2), (2, 5, 4)));
        FAILS.store(false, Relaxed);
        clock.advance(Duration::from_secs(5));
        assert_eq!((count(1), counts!(count)), (Ok(3), (2, 5, 5)));
        count::prime(1, Ok(77));
        clock.advance(Duration::from_secs(49));
        assert_eq!(load(), Ok(77));
        clock.advance(Duration::from_secs(1));
        assert_eq!(load(), Ok(4));
    }

    #[test]
    fn one_renews_what_many_load_and_the_others_do_not_wait() {
        static BODIES: AtomicU32 = AtomicU32::new(0);
        static GATE: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>> = Mutex::new(None);

        #[memoize(refresh_after = "50s", store = Memory::new())]
        fn count(_x: u64) -> u32 {
            let gate = GATE.lock().unwrap().take();
            if let Some((begun, go)) = gate {
                begun.send(()).unwrap();
                go.recv().unwrap();
            }
            BODIES.fetch_add(1, Relaxed)
        }

        let clock = Mock::new();
        let _installed = clock.install();
        assert_eq!(count(1), 0);
        clock.advance(Duration::from_secs(50));
        count::retain(|_, _| false);
        let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        *GATE.lock().unwrap() = Some((begun, may_go));
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                let _installed = clock.install();
                count(1)
            });
            has_begun.recv().unwrap();
            assert_eq!((count(1), count(1)), (0, 0), "served what was loaded meanwhile");
            go.send(()).unwrap();
            assert_eq!(first.join().unwrap(), 1);
        });
        assert_eq!((count(1), counts!(count)), (1, (3, 0, 2)));
    }

    #[test]
    fn what_is_due_and_too_heavy_is_computed_where_it_is_loaded() {
        static BODIES: AtomicU32 = AtomicU32::new(0);

        #[memoize(refresh_after = "50s", weight = 1, weigh = |_, _| 2, store = Memory::new())]
        fn count(_x: u64) -> u32 {
            BODIES.fetch_add(1, Relaxed)
        }

        let clock = Mock::new();
        let _installed = clock.install();
        assert_eq!((count(1), count(1)), (0, 0));
        clock.advance(Duration::from_secs(50));
        assert_eq!((count(1), count(1)), (1, 1));
        assert_eq!(counts!(count), (0, 2, 2));
    }

    /// It is not in the cache when that is asked again.
    #[test]
    fn what_is_due_and_not_kept_is_computed_by_the_call_that_loads_it() {
        static BODIES: AtomicU32 = AtomicU32::new(0);
        static ENDS: AtomicBool = AtomicBool::new(false);

        fn left() -> Duration {
            if ENDS.load(Relaxed) { Duration::ZERO } else { Duration::from_mins(10) }
        }

        #[memoize(refresh_after = "50s", ttl_of = |_, _| left(), store = Memory::new())]
        fn ends(_x: u64) -> u32 {
            BODIES.fetch_add(1, Relaxed)
        }

        #[memoize(refresh_after = "50s", ttl_of = |_, _| left(), store = Memory::new())]
        async fn ends_async(_x: u64) -> u32 {
            BODIES.fetch_add(1, Relaxed)
        }

        watched(|| {
            let clock = Mock::new();
            let _installed = clock.install();
            assert_eq!((ends(1), finish(ends_async(1))), (0, 1));
            ENDS.store(true, Relaxed);
            ends::retain(|_, _| false);
            ends_async::retain(|_, _| false);
            clock.advance(Duration::from_secs(49));
            assert_eq!((ends(1), finish(ends_async(1))), (0, 1));
            clock.advance(Duration::from_secs(1));
            assert_eq!((ends(1), finish(ends_async(1))), (2, 3));
            assert_eq!((counts!(ends), counts!(ends_async)), ((0, 1, 2), (0, 1, 2)));
        });
    }

    /// By a process whose clock is ahead, for longer than something may be old.
    #[test]
    fn what_was_written_in_the_future_is_due() {
        static BODIES: AtomicU32 = AtomicU32::new(0);

        #[memoize(refresh_after = "50s", store = Memory::new())]
        fn count(_x: u64) -> u32 {
            BODIES.fetch_add(1, Relaxed)
        }

        let write = |ahead| {
            let clock = Mock::new();
            clock.advance(Duration::from_secs(ahead));
            let _installed = clock.install();
            count::cache_clear();
            count(1);
            count::retain(|_, _| false);
        };
        let clock = Mock::new();
        let _installed = clock.install();
        write(49);
        assert_eq!(count(1), 0, "no two clocks are the same");
        write(51);
        assert_eq!(count(1), 2);
    }

    /// What was written without its age is of a function that had no `refresh_after`.
    #[test]
    fn what_has_no_age_is_due() {
        mod before {
            #[weakcache::memoize(store = &*super::AGED, name = "aged")]
            pub(super) fn f(x: u64) -> u64 {
                x
            }
        }
        mod after {
            #[weakcache::memoize(store = &*super::AGED, name = "aged", refresh_after = "50s", ttl = "60s")]
            pub(super) fn f(x: u64) -> u64 {
                x
            }
        }

        before::f(1);
        after::f(1);
        assert_eq!((counts!(after::f), after::f::cache_info().refreshes), ((0, 0, 1), 1));
        after::f(1);
        before::f::retain(|_, _| false);
        before::f(1);
        assert_eq!((counts!(before::f), counts!(after::f)), ((0, 1, 1), (1, 0, 1)), "either reads both");
    }

    #[test]
    fn what_is_stale_asks_the_store_first() {
        static FAILS: AtomicU32 = AtomicU32::new(0);
        static STORE: LazyLock<Spy> = LazyLock::new(Spy::default);

        #[memoize(ttl = "60s", stale_if_error = "1h", store = &*STORE)]
        fn answer(x: u64) -> Result<u64, u32> {
            if FAILS.load(Relaxed) > 0 { Err(7) } else { Ok(x) }
        }

        let clock = Mock::new();
        let _installed = clock.install();
        assert_eq!(answer(1), Ok(1));
        FAILS.store(1, Relaxed);
        clock.advance(Duration::from_secs(61));
        assert_eq!(answer(1), Ok(1));
        assert_eq!((counts!(answer), answer::cache_info().stale), ((0, 0, 2), 1));
        // Another process had more luck.
        let (namespace, bytes) = STORE.last();
        let key = Key::new(&namespace, &bytes);
        let Answer::Missing(claim) = STORE.memory.get(key, &[]).unwrap() else { panic!("it is released") };
        STORE.memory.release(key, claim);
        assert_eq!(answer(1), Ok(1));
    }
}

/// The keys of whatever functions, as another process writes them.
mod shapes {
    use super::*;

    #[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
    struct Point<T> {
        x: T,
        y: Option<Box<Point<T>>>,
    }

    /// Calls, has another process remove the entry, and calls again.
    fn hears(call: impl Fn() -> u64, misses: impl Fn() -> u64, (spy, other): (&Spy, &Memory)) {
        let before = misses();
        assert_eq!(call(), call());
        assert_eq!(misses(), before + 1);
        let (namespace, bytes) = spy.last();
        other.remove(Key::new(&namespace, &bytes)).unwrap();
        call();
        assert_eq!(misses(), before + 2, "the first tier has forgotten it");
    }

    macro_rules! hears {
        ($call:expr, $controls:ident) => {
            hears(|| $call, || $controls::cache_info().misses, (&SPY, &OTHER));
        };
    }

    static SPY: LazyLock<Spy> = LazyLock::new(Spy::default);
    static OTHER: LazyLock<Memory> = LazyLock::new(|| SPY.memory.clone());

    #[memoize(store = &*SPY)]
    fn none() -> u64 {
        1
    }

    #[memoize(store = &*SPY)]
    fn text(text: &str) -> u64 {
        text.len() as u64
    }

    #[memoize(store = &*SPY)]
    fn owned(text: String, point: &Point<u8>, bytes: &[u8]) -> u64 {
        (text.len() + bytes.len()) as u64 + u64::from(point.x)
    }

    #[memoize(store = &*SPY)]
    fn option(text: Option<&str>, (a, b): (u8, &str)) -> u64 {
        text.map_or(0, str::len) as u64 + u64::from(a) + b.len() as u64
    }

    #[memoize(skip(log), store = &*SPY)]
    fn skipping(x: u64, log: &mut Vec<u64>) -> u64 {
        log.push(x);
        x
    }

    #[memoize(key = (*x % 10, text.to_lowercase()), store = &*SPY)]
    fn whole(x: u64, text: &str) -> u64 {
        x + text.len() as u64
    }

    /// No `Clone`.
    #[derive(PartialEq, Eq, Hash, Serialize, Deserialize)]
    struct Once(u64);

    #[memoize(key = Once(x / 2), store = &*SPY)]
    fn once(x: u64) -> u64 {
        x
    }

    #[memoize(store = &*SPY)]
    #[allow(clippy::too_many_arguments)]
    fn many(
        a: u8,
        b: u8,
        c: u8,
        d: u8,
        e: u8,
        f: u8,
        g: u8,
        h: u8,
        i: u8,
        j: u8,
        k: u8,
        l: u8,
        m: &str,
        n: i8,
    ) -> u64 {
        let sum: u64 = [a, b, c, d, e, f, g, h, i, j, k, l].into_iter().map(u64::from).sum();
        sum + m.len() as u64 + u64::from(n.unsigned_abs())
    }

    #[memoize(store = &*SPY)]
    fn generic<T>(point: Point<T>) -> u64
    where
        T: Clone + std::hash::Hash + Eq + Send + Sync + Serialize + for<'a> Deserialize<'a> + 'static,
    {
        u64::from(point.y.is_some())
    }

    #[memoize]
    impl Point<u16> {
        #[memoize(store = &*SPY)]
        fn sum(&self, more: u64) -> u64 {
            u64::from(self.x) + more
        }
    }

    #[test]
    fn are_heard_of() {
        fn point<T: Clone>(x: T) -> Point<T> {
            Point { x: x.clone(), y: Some(Box::new(Point { x, y: None })) }
        }

        hears!(none(), none);
        hears!(text("x"), text);
        hears!(text(""), text);
        hears!(owned("x".into(), &point(1), &[1, 2]), owned);
        hears!(option(None, (1, "x")), option);
        hears!(option(Some(""), (1, "")), option);
        hears!(skipping(1, &mut Vec::new()), skipping);
        hears!(whole(12, "Abc"), whole);
        hears!(once(3), once);
        hears!(many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, "m", -1), many);
        hears(|| generic(point(1_u8)), || generic::cache_info::<u8>().misses, (&SPY, &OTHER));
        hears(|| generic(point("x".to_owned())), || generic::cache_info::<String>().misses, (&SPY, &OTHER));
        hears(|| point(1_u16).sum(2), || Point::<u16>::sum_cache_info().misses, (&SPY, &OTHER));
    }

    #[test]
    fn a_namespace_is_heard_of_and_counters_stay() {
        let (mine, other) = two();
        static MINE: Mutex<Option<Memory>> = Mutex::new(None);
        *MINE.lock().unwrap() = Some(mine);

        #[memoize(name = "heard of", store = Spy { memory: MINE.lock().unwrap().take().unwrap(), keys: KEYS.clone() })]
        fn twice(x: u64) -> u64 {
            x * 2
        }

        static KEYS: LazyLock<Asked> = LazyLock::new(Arc::default);
        twice(1);
        twice(1);
        let id = KEYS.lock().unwrap().last().unwrap().0;
        other.clear(&Namespace::new("", id ^ 1)).unwrap();
        assert_eq!(twice::cache_info().len, 1);
        other.clear(&Namespace::new("", id)).unwrap();
        assert_eq!((counts!(twice), twice::cache_info().len), ((1, 0, 1), 0));
    }
}

fn assert_debug<T: Debug>() {}

#[test]
fn what_there_is_can_be_shown() {
    assert_debug::<(Memory, Faulty<Memory>, Namespace, Key<'static>, TagId, Claim, StoreError)>();
}

/// Of what leaves for a value that only the store keeps, one that a tag has invalidated has not expired.
#[test]
fn what_gives_way_to_the_store_alone_is_told_for_what_it_is() {
    static LEFT: Mutex<Vec<Cause>> = Mutex::new(Vec::new());
    static WEIGHT: AtomicU32 = AtomicU32::new(1);

    #[memoize(
        weight = 8,
        weigh = |_, _| WEIGHT.load(Relaxed) as usize,
        ttl = "60s",
        tags(("gives way", *x)),
        store = Memory::new(),
        on_evict = |_, _, cause| LEFT.lock().unwrap().push(cause)
    )]
    fn f(x: u64) -> u64 {
        x
    }

    let clock = Mock::new();
    let _installed = clock.install();
    assert_eq!(f(1), 1);
    let left_after = |takes_out: fn(), weight| {
        WEIGHT.store(1, Relaxed);
        f::refresh(1);
        LEFT.lock().unwrap().clear();
        takes_out();
        clock.advance(Duration::from_secs(weight));
        WEIGHT.store(9, Relaxed);
        f::refresh(1);
        let expirations = f::cache_info().expirations;
        f::cache_clear();
        (LEFT.lock().unwrap().drain(..).collect::<Vec<_>>(), expirations)
    };
    assert_eq!(left_after(|| (), 1), (vec![Cause::Replaced], 0));
    assert_eq!(left_after(|| (), 61), (vec![Cause::Expired], 1));
    assert_eq!(
        left_after(|| weakcache::invalidate_tag(&("gives way", 1_u64)), 1),
        (vec![Cause::Invalidated], 0)
    );
}
