//! Tags of what is stored.

use super::spy::counts;
use serde::Serialize;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex, mpsc};
use std::thread;
use weakcache::store::{Faulty, Memory, Operation, Store, StoreError, TagId};
use weakcache::{invalidate_tag, memoize};

#[derive(PartialEq, Eq, Hash, Serialize)]
struct User(u64);

#[test]
fn reach_both_tiers_of_all_functions() {
    static ONE: LazyLock<Memory> = LazyLock::new(Memory::new);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(tags(User(*user), "counts"), store = &*ONE)]
    fn count(user: u64) -> u32 {
        let _ = user;
        BODIES.fetch_add(1, Relaxed)
    }

    #[memoize(tags(User(*user)), store = Memory::new())]
    fn other(user: u64) -> u32 {
        let _ = user;
        BODIES.fetch_add(1, Relaxed)
    }

    let calls = || {
        count::retain(|_, _| false);
        other::retain(|_, _| false);
        [count(1), count(2), other(1), other(2)]
    };
    assert_eq!(calls(), [0, 1, 2, 3]);
    assert_eq!(calls(), [0, 1, 2, 3]);
    invalidate_tag(&User(1));
    assert_eq!(count::peek(1), None);
    assert_eq!(calls(), [4, 1, 5, 3]);
    count::retain(|_, _| false);
    invalidate_tag(&"counts");
    assert_eq!(calls(), [6, 7, 5, 3], "though nothing in this process has the tag");
    assert_eq!(calls(), [6, 7, 5, 3]);
    count::prime(1, 70);
    assert_eq!(calls(), [70, 7, 5, 3]);
    invalidate_tag(&User(1));
    assert_eq!(calls(), [8, 7, 9, 3]);
    assert_eq!(count::refresh(1), 10);
    assert_eq!(calls(), [10, 7, 9, 3]);
    invalidate_tag(&User(1));
    assert_eq!(calls(), [11, 7, 12, 3]);
}

#[test]
fn of_what_is_computed_meanwhile() {
    static GATE: Mutex<Option<(mpsc::Sender<()>, mpsc::Receiver<()>)>> = Mutex::new(None);
    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);
    static BODIES: AtomicU32 = AtomicU32::new(0);

    #[memoize(tags(("meanwhile", *x)), store = &*STORE)]
    fn slow(x: u64) -> u32 {
        if let Some((begun, go)) = GATE.lock().unwrap().take() {
            begun.send(()).unwrap();
            go.recv().unwrap();
        }
        let _ = x;
        BODIES.fetch_add(1, Relaxed)
    }

    // By this process, and by another, which ours has not heard of before it is over.
    let ways: [fn(); 2] = [
        || invalidate_tag(&("meanwhile", 1_u64)),
        || STORE.clone().invalidate_tag(TagId::of(&("meanwhile", 1_u64))).unwrap(),
    ];
    for (round, way) in (0..).zip(ways) {
        let ((begun, has_begun), (go, may_go)) = (mpsc::channel(), mpsc::channel());
        *GATE.lock().unwrap() = Some((begun, may_go));
        let call = thread::spawn(|| slow(1));
        has_begun.recv().unwrap();
        way();
        go.send(()).unwrap();
        assert_eq!(call.join().unwrap(), round * 2);
        slow::retain(|_, _| false);
        assert_eq!(slow(1), round * 2 + 1, "the first was not to be seen");
        slow::cache_clear();
    }
}

/// The first that meets a tag is not to have a store any more; the others are.
#[test]
fn reach_the_store_though_the_first_that_met_them_has_none() {
    static AWAY: AtomicBool = AtomicBool::new(false);
    static BODIES: AtomicU32 = AtomicU32::new(0);
    static STORE: LazyLock<Faulty<Memory>> = LazyLock::new(|| {
        Faulty::new(Memory::new(), |operation| match operation {
            Operation::InvalidateTag if AWAY.load(Relaxed) => Err(StoreError::new("the store is away")),
            _ => Ok(()),
        })
    });

    #[derive(PartialEq, Eq, Hash, Serialize)]
    struct Mine(usize);

    #[memoize(tags(Mine(*x)), store = &*STORE)]
    fn size<T: 'static>(x: usize) -> usize {
        x + size_of::<T>()
    }

    #[memoize(tags(Mine(*x)), store = &*STORE)]
    fn other(x: usize) -> u32 {
        assert!(x < 100);
        BODIES.fetch_add(1, Relaxed)
    }

    // Two of one path.
    let first = {
        struct S(#[expect(dead_code, reason = "it has a size")] u8);
        size::<S>
    };
    let second = {
        struct S(#[expect(dead_code, reason = "it has a size")] u16);
        size::<S>
    };
    assert_eq!((first(1), other(1), second(1)), (2, 0, 3));
    for (round, is_away) in [(1, false), (2, true), (3, false)] {
        AWAY.store(is_away, Relaxed);
        invalidate_tag(&Mine(1));
        AWAY.store(false, Relaxed);
        assert_eq!(other(1), round);
        other::retain(|_, _| false);
        assert_eq!(other(1), round, "it is stored again");
    }
}

#[test]
fn are_heard_of() {
    static STORE: LazyLock<Memory> = LazyLock::new(Memory::new);

    #[memoize(tags(("heard", *x)), store = &*STORE)]
    fn twice(x: u64) -> u64 {
        x * 2
    }

    twice(1);
    twice(2);
    STORE.clone().invalidate_tag(TagId::of(&("heard", 1_u64))).unwrap();
    assert_eq!((twice::peek(1), twice::peek(2)), (None, Some(4)));
    twice(1);
    assert_eq!(counts!(twice), (0, 0, 3));
}
