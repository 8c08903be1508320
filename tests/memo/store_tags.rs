//! Tags of what is stored.

use super::store::counts;
use serde::Serialize;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{LazyLock, Mutex, mpsc};
use std::thread;
use weakcache::store::{Memory, Store, TagId};
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
