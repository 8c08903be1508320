//! `tags(…)` and `invalidate_tag`: what has a tag ends with it, whichever function it is of.

use crate::support::{Barrier, Constant, Random, on_threads, watched};
use crate::tasks::{Task, now};
use std::collections::HashMap;
use std::future::poll_fn;
use std::hash::{Hash, Hasher};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{invalidate_tag, memoize};

/// A tag of the test that it is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Of<T>(&'static str, T);

#[test]
fn all_functions_lose_what_has_the_tag_and_nothing_else() {
    #[memoize(tags(Of("all", *user)))]
    fn unbounded(user: u32, page: u32) -> u32 {
        user + page
    }
    #[memoize(lru = 8, tags(Of("all", *user)))]
    fn bounded(user: u32) -> String {
        user.to_string()
    }
    #[memoize(local, tags(Of("all", *user)))]
    fn local(user: u32) -> Rc<u32> {
        Rc::new(user)
    }
    #[memoize(lru = 8, tags(Of("all", *user)))]
    async fn task(user: u32) -> u32 {
        user
    }
    #[memoize]
    fn untagged(user: u32) -> u32 {
        user
    }
    for user in [1, 2] {
        unbounded(user, 1);
        unbounded(user, 2);
        bounded(user);
        local(user);
        now(task(user));
        untagged(user);
    }
    invalidate_tag(&Of("all", 1_u32));
    let left = |user| {
        (
            unbounded::peek(user, 1),
            unbounded::peek(user, 2),
            bounded::peek(user),
            local::peek(user),
            task::peek(user),
        )
    };
    assert_eq!(left(1), (None, None, None, None, None));
    assert_eq!(left(2), (Some(3), Some(4), Some("2".into()), Some(Rc::new(2)), Some(2)));
    assert_eq!(untagged::peek(1), Some(1));
    assert!(!bounded::invalidate(1));
    // They are computed again, and are there then.
    assert_eq!((unbounded(1, 1), now(task(1))), (2, 1));
    assert_eq!((unbounded::peek(1, 1), task::peek(1)), (Some(2), Some(1)));
    let info = unbounded::cache_info();
    assert_eq!((info.misses, info.expirations, info.evictions), (5, 0, 0));
    unbounded::sweep();
    let info = unbounded::cache_info();
    assert_eq!((info.len, info.expirations), (3, 0), "what is invalidated has not expired");
    // A tag of another type, or that nothing has, is another.
    invalidate_tag(&Of("all", 2_u64));
    invalidate_tag(&Of("none", 2_u32));
    invalidate_tag(&("all", 2_u32));
    assert_eq!(bounded::peek(2), Some("2".into()));
}

#[test]
fn one_of_several_is_enough() {
    #[memoize(lru = 32, tags(Of("several", *a), Of("several", *b), ("several", a + b)))]
    fn f(a: u32, b: u32) -> u32 {
        a + b
    }
    for (a, b) in [(1, 2), (2, 1), (1, 1), (0, 3), (5, 5)] {
        f(a, b);
    }
    let left = || [(1, 2), (2, 1), (1, 1), (0, 3), (5, 5)].map(|(a, b)| f::peek(a, b).is_some());
    invalidate_tag(&("several", 3_u32));
    assert_eq!(left(), [false, false, true, false, true]);
    invalidate_tag(&Of("several", 5_u32)); // twice the same
    assert_eq!(left(), [false, false, true, false, false]);
    invalidate_tag(&Of("several", 1_u32));
    assert_eq!(left(), [false; 5]);
}

#[test]
fn tags_of_one_hash_are_told_apart_by_type_and_value() {
    #[derive(PartialEq, Eq)]
    struct Blunt<T>(T);
    impl<T> Hash for Blunt<T> {
        fn hash<H: Hasher>(&self, _: &mut H) {}
    }
    #[memoize(hasher = Constant, tags(Blunt(*x)))]
    fn f(x: u32) -> u32 {
        x
    }
    #[memoize(hasher = Constant, tags(Blunt(text.to_owned())))]
    fn g(text: &str) -> usize {
        text.len()
    }
    for x in 0..50 {
        f(x);
        g(&x.to_string());
    }
    invalidate_tag(&Blunt(7_u32));
    invalidate_tag(&Blunt(String::from("9")));
    for x in 0..50 {
        assert_eq!((f::peek(x).is_none(), g::peek(&x.to_string()).is_none()), (x == 7, x == 9));
    }
}

#[test]
fn tags_of_arguments_of_every_shape() {
    struct Db {
        tenant: u32,
    }
    #[memoize(
        skip(db),
        tags(
            text.to_owned(),
            *number,
            (*first, rest.len()),
            maybe.map(str::to_owned),
            path.clone(),
            owned.as_path().to_owned(),
            "shapes",
        )
    )]
    fn f(
        db: &Db,
        text: &str,
        number: u16,
        (first, rest): (u8, &[u8]),
        maybe: Option<&str>,
        path: &PathBuf,
        owned: PathBuf,
    ) -> u32 {
        db.tenant
            + u32::from(number)
            + u32::from(first)
            + u32::try_from(text.len() + rest.len()).unwrap()
            + u32::from(maybe.is_some())
            + u32::from(*path == owned)
    }
    let (p, q) = (PathBuf::from("p"), PathBuf::from("q"));
    let call = || f(&Db { tenant: 1 }, "text", 2, (3, &[4]), Some("maybe"), &p, q.clone());
    let there = || f::peek("text", 2, (3, &[4]), Some("maybe"), &p, q.clone()).is_some();
    let tags: [&dyn Fn(); 7] = [
        &|| invalidate_tag(&String::from("text")),
        &|| invalidate_tag(&2_u16),
        &|| invalidate_tag(&(3_u8, 1_usize)),
        &|| invalidate_tag(&Some(String::from("maybe"))),
        &|| invalidate_tag(&p),
        &|| invalidate_tag(&Path::new("q").to_owned()),
        &|| invalidate_tag(&"shapes"),
    ];
    for invalidate in tags {
        call();
        assert!(there());
        invalidate();
        assert!(!there());
        f::prime("text", 2, (3, &[4]), Some("maybe"), &p, q.clone(), 77);
        assert!(there());
        invalidate();
        assert!(!there());
        f::refresh(&Db { tenant: 1 }, "text", 2, (3, &[4]), Some("maybe"), &p, q.clone());
        assert!(there());
        invalidate();
        assert!(!there());
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Account {
    id: u32,
}

trait Named {
    fn named(&self, x: u32) -> u32;
}

#[memoize]
impl Account {
    #[memoize(tags(Of("method", self.id)))]
    fn balance(&self, year: u32) -> u32 {
        self.id + year
    }

    #[memoize(tags(Of("method", self.id)), controls = false)]
    async fn later(self, year: u32) -> u32 {
        self.id + year
    }

    #[memoize(tags(Self::tag(x)), lru = 4)]
    fn of_all<T: Clone + Eq + Hash + Send + Sync + 'static>(x: &T) -> T {
        x.clone()
    }

    fn tag<T: Clone>(x: &T) -> Of<T> {
        Of("method", x.clone())
    }
}

#[memoize]
impl Named for Account {
    #[memoize(key = (self.id, *x), tags(Of("method", self.id + x)))]
    fn named(&self, x: u32) -> u32 {
        self.id + x
    }
}

#[test]
fn tags_of_methods() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Alone(u32);
    impl Alone {
        #[memoize(tags(Of("alone", x + self.0)))]
        fn alone(&self, x: u32) -> u32 {
            RUNS.fetch_add(1, SeqCst);
            x + self.0
        }
    }
    let account = Account { id: 3 };
    assert_eq!((account.balance(1), now(account.clone().later(1)), account.named(4)), (4, 4, 7));
    assert_eq!(Account::of_all(&3_u32), 3);
    invalidate_tag(&Of("method", 3_u32));
    assert_eq!((account.balance_peek(1), Account::of_all_peek(&3_u32)), (None, None));
    assert_eq!(account.named_peek(4), Some(7));
    account.named_prime(4, 8);
    invalidate_tag(&Of("method", 7_u32));
    assert_eq!(account.named_peek(4), None);
    for (tag, runs) in [(2_u32, 1), (1, 2)] {
        Alone(0).alone(1);
        assert_eq!(RUNS.load(SeqCst), 1.max(runs - 1));
        invalidate_tag(&Of("alone", tag));
    }
    Alone(0).alone(1);
    assert_eq!(RUNS.load(SeqCst), 2);
}

#[test]
fn results_that_are_not_kept_have_no_tags() {
    #[memoize(tags(Of("kept", *x)), cache_if = |x| *x != Ok(1))]
    fn f(x: u32) -> Result<u32, ()> {
        if x == 0 { Err(()) } else { Ok(x) }
    }
    #[memoize(weak, tags(Of("kept", *x)))]
    fn weak(x: u32) -> Arc<u32> {
        Arc::new(x)
    }
    for x in 0..3 {
        let _ = f(x);
    }
    assert_eq!(f::cache_info().len, 1);
    let held = weak(2);
    assert!(Arc::ptr_eq(&held, &weak(2)));
    invalidate_tag(&Of("kept", 2_u32));
    assert_eq!(f::peek(2), None);
    assert!(!Arc::ptr_eq(&held, &weak(2)));
}

#[test]
fn a_hit_evaluates_no_tag() {
    static EVALUATED: AtomicU32 = AtomicU32::new(0);
    fn tag(x: u32) -> u32 {
        EVALUATED.fetch_add(1, SeqCst);
        assert_ne!(x, 13);
        x
    }
    #[memoize(tags(Of("evaluated", tag(*x))))]
    fn f(x: u32) -> u32 {
        x
    }
    assert_eq!((f(1), f(1), EVALUATED.load(SeqCst)), (1, 1, 1));
    // A panic there is one of the body.
    assert!(catch_unwind(|| f(13)).is_err());
    assert!(catch_unwind(|| f::refresh(13)).is_err());
    assert!(catch_unwind(|| f::prime(13, 1)).is_err());
    assert_eq!(f::cache_info().len, 1);
}

#[test]
fn a_tag_may_call_what_it_tags() {
    #[memoize(tags(Of("calls", if *x > 0 { f(x - 1) } else { 0 })))]
    fn f(x: u32) -> u32 {
        x
    }
    watched(|| {
        assert_eq!(f(5), 5);
        invalidate_tag(&Of("calls", 2_u32));
        assert_eq!((0..=5).filter(|&x| f::peek(x).is_none()).collect::<Vec<_>>(), [3]);
    });
}

/// Who comes after the tag was invalidated, waits for no one who came before.
#[test]
fn what_is_being_computed_is_not_stored() {
    static ENTERED: AtomicU32 = AtomicU32::new(0);
    #[memoize(tags(Of("flight", *x)), skip(go))]
    fn f(x: u32, go: Option<Receiver<u32>>) -> u32 {
        ENTERED.fetch_add(1, SeqCst);
        go.map_or(x - 1, |go| go.recv().unwrap())
    }
    watched(|| {
        let (go, gone) = channel();
        thread::scope(|scope| {
            let first = scope.spawn(|| f(1, Some(gone)));
            while ENTERED.load(SeqCst) < 1 {
                thread::yield_now();
            }
            let before = scope.spawn(|| f(1, None));
            // Nothing tells that it waits, but that it has not computed.
            thread::sleep(Duration::from_millis(20));
            assert_eq!(ENTERED.load(SeqCst), 1);
            invalidate_tag(&Of("flight", 1_u32));
            assert_eq!((f(1, None), ENTERED.load(SeqCst)), (0, 2), "it waits for no one");
            assert_eq!(f::peek(1), Some(0));
            go.send(7).unwrap();
            assert_eq!((first.join().unwrap(), before.join().unwrap()), (7, 7));
            assert_eq!((f::peek(1), f::cache_info().len), (Some(0), 1), "the newer stays");
        });
    });
}

#[test]
fn tasks_in_progress() {
    static WAITS: AtomicBool = AtomicBool::new(true);
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[memoize(lru = 4, tags(Of("tasks", *x)))]
    async fn f(x: u32) -> u32 {
        let run = RUNS.fetch_add(1, SeqCst);
        poll_fn(|_| if WAITS.load(SeqCst) { Poll::Pending } else { Poll::Ready(()) }).await;
        x + run
    }
    let (mut first, mut second) = (Task::new(f(10)), Task::new(f(10)));
    assert!(!first.poll() && !second.poll());
    invalidate_tag(&Of("tasks", 10_u32));
    let (mut third, mut fourth) = (Task::new(f(10)), Task::new(f(10)));
    assert!(!third.poll() && !fourth.poll());
    assert_eq!(RUNS.load(SeqCst), 2);
    WAITS.store(false, SeqCst);
    assert_eq!((first.finish(), second.finish(), f::peek(10)), (10, 10, None));
    // Cancelled, it hands over to who waits for it.
    WAITS.store(true, SeqCst);
    third.cancel();
    assert!(fourth.is_awake() && !fourth.poll());
    WAITS.store(false, SeqCst);
    assert_eq!((fourth.finish(), f::peek(10)), (12, Some(12)));
}

#[test]
fn a_refresh_sees_the_tag_anew() {
    #[memoize(ttl = "60s", refresh_after = "50s", stale_if_error = "1h", tags(Of("refresh", *x)))]
    fn f(x: u32) -> Result<u32, ()> {
        if FAILS.load(SeqCst) { Err(()) } else { Ok(x) }
    }
    static FAILS: AtomicBool = AtomicBool::new(false);
    let clock = Mock::new();
    let _installed = clock.install();
    f(1).unwrap();
    clock.advance(Duration::from_secs(50));
    f(1).unwrap();
    assert_eq!(f::cache_info().refreshes, 1);
    clock.advance(Duration::from_secs(50));
    FAILS.store(true, SeqCst);
    assert_eq!(f(1), Ok(1));
    // What is invalid is no answer, neither due nor stale.
    invalidate_tag(&Of("refresh", 1_u32));
    assert_eq!(f(1), Err(()));
    FAILS.store(false, SeqCst);
    assert_eq!(f(1), Ok(1));
    clock.advance(Duration::from_mins(1));
    FAILS.store(true, SeqCst);
    assert_eq!(f(1), Ok(1));
    invalidate_tag(&Of("refresh", 1_u32));
    assert_eq!(f(1), Err(()));
}

/// Drops of tags are users' code: they come back to the cache.
#[test]
fn the_last_tag_is_dropped_outside_of_the_cache() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    #[derive(PartialEq, Eq, Hash)]
    struct Noisy(u32);
    impl Drop for Noisy {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, SeqCst);
            let _ = (f::peek(self.0), f::invalidate(100), f::cache_info());
            invalidate_tag(&Of("noisy", self.0));
        }
    }
    #[memoize(lru = 2, tags(Noisy(*x)))]
    fn f(x: u32) -> u32 {
        x
    }
    watched(|| {
        for x in 0..10 {
            f(x);
            f(x);
        }
        assert_eq!(DROPPED.load(SeqCst), 8, "with what was evicted");
        f::invalidate(9);
        assert_eq!(DROPPED.load(SeqCst), 9);
        f::cache_clear();
        assert_eq!(DROPPED.load(SeqCst), 10);
        f(1);
        invalidate_tag(&Noisy(1));
        assert_eq!(DROPPED.load(SeqCst), 11, "the one it was told by");
        f(1);
        // The slot of the tag outlives the entry that was dropped for the new one.
        assert_eq!(DROPPED.load(SeqCst), 12);
        assert_eq!(f::peek(1), Some(1));
    });
}

#[test]
fn agrees_with_an_oracle() {
    type Key = (u32, u32);
    #[memoize(lru = 20, tags(Of("oracle a", *a), Of("oracle b", *b)))]
    fn f(a: u32, b: u32) -> u64 {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        NEXT.fetch_add(100, SeqCst) + u64::from(a + b)
    }
    let mut random = Random(7);
    let mut stored: HashMap<Key, u64> = HashMap::new();
    let mut order: Vec<Key> = Vec::new();
    for _ in 0..20_000 {
        let (a, b) = (u32::try_from(random.below(6)).unwrap(), u32::try_from(random.below(6)).unwrap());
        let known = stored.get(&(a, b)).copied();
        match random.below(12) {
            0 => {
                invalidate_tag(&Of("oracle a", a));
                stored.retain(|key, _| key.0 != a);
            }
            1 => {
                invalidate_tag(&Of("oracle b", b));
                stored.retain(|key, _| key.1 != b);
            }
            2 => {
                f::prime(a, b, 1_000_000_000);
                stored.insert((a, b), 1_000_000_000);
                order.retain(|key| *key != (a, b));
                order.push((a, b));
            }
            3 => {
                assert_eq!(f::invalidate(a, b), known.is_some());
                stored.remove(&(a, b));
            }
            4 => {
                f::sweep();
            }
            _ => {
                let value = f(a, b);
                if let Some(known) = known {
                    assert_eq!(value, known);
                }
                stored.insert((a, b), value);
                order.retain(|key| *key != (a, b));
                order.push((a, b));
            }
        }
        // What is invisible counts until it is swept: an entry may be gone before there are 20 others, but none is that was
        // used after one that is there.
        let is_there = |&(a, b): &Key| f::peek(a, b) == stored.get(&(a, b)).copied();
        let known: Vec<Key> = order.iter().copied().filter(|key| stored.contains_key(key)).collect();
        let evicted = known.iter().take_while(|key| !is_there(key)).count();
        assert!(known[evicted..].iter().all(is_there));
        assert!(known[..evicted].iter().all(|&(a, b)| f::peek(a, b).is_none()));
        for key in &known[..evicted] {
            stored.remove(key);
        }
        assert!(f::cache_info().len <= 20 && stored.len() <= 20);
    }
    assert!(f::cache_info().evictions > 100);
}

/// Threads write and then invalidate, and read: no read is older than the last write that ended before it.
#[test]
fn no_thread_reads_what_was_written_over() {
    const KEYS: usize = 4;
    static SOURCE: [AtomicU64; KEYS] = [const { AtomicU64::new(0) }; KEYS];
    static WRITTEN: [AtomicU64; KEYS] = [const { AtomicU64::new(0) }; KEYS];
    fn source(key: usize) -> u64 {
        let value = SOURCE[key].load(SeqCst);
        if value.is_multiple_of(3) {
            thread::yield_now();
        }
        value
    }
    #[memoize(tags(Of("threads", *key)))]
    fn unbounded(key: usize) -> u64 {
        source(key)
    }
    #[memoize(lru = 3, tags(Of("threads", *key), "threads"))]
    fn bounded(key: usize) -> u64 {
        source(key)
    }
    #[memoize(lru = 8, tags(Of("threads", *key)))]
    async fn task(key: usize) -> u64 {
        source(key)
    }
    static LOCKS: [Mutex<()>; KEYS] = [const { Mutex::new(()) }; KEYS];
    watched(|| {
        let barrier = Barrier::new(4);
        on_threads(4, |thread| {
            let mut random = Random(thread as u64);
            barrier.wait();
            for _ in 0..3_000 {
                let key = random.below(KEYS);
                match random.below(5) {
                    0 => {
                        let _turn = LOCKS[key].lock().unwrap();
                        let value = SOURCE[key].fetch_add(1, SeqCst) + 1;
                        invalidate_tag(&Of("threads", key));
                        WRITTEN[key].store(value, SeqCst);
                    }
                    1 => {
                        let least = WRITTEN[key].load(SeqCst);
                        let mut task = Task::new(task(key));
                        while !task.poll() {
                            thread::yield_now();
                        }
                        assert!(task.finish() >= least);
                    }
                    2 => {
                        let least = WRITTEN[key].load(SeqCst);
                        assert!(bounded(key) >= least);
                    }
                    _ => {
                        let least = WRITTEN[key].load(SeqCst);
                        assert!(unbounded(key) >= least);
                    }
                }
            }
        });
    });
    invalidate_tag(&"threads");
    assert!((0..KEYS).all(|key| bounded::peek(key).is_none()));
}
