//! Computations that end inside of a comparison of keys, where their cache cannot be told: none is left in flight.

use crate::support::watched;
use crate::tasks::{Task, now, yields};
use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;
use weakcache::{Cache, Cause, Memo, memoize};

type Act = Box<dyn FnOnce()>;

thread_local! {
    static ACTS: RefCell<Vec<Act>> = const { RefCell::new(Vec::new()) };
}

/// In one bucket. A comparison does what is to be done.
#[derive(Clone, Debug)]
struct Key(u32);

impl Hash for Key {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        for act in ACTS.take() {
            act();
        }
        self.0 == other.0
    }
}

impl Eq for Key {}

thread_local!(static ARMED: Cell<bool> = const { Cell::new(false) });

/// Panics as it is dropped, where that is armed.
#[derive(Clone)]
struct Value(u32);

impl Drop for Value {
    fn drop(&mut self) {
        assert!(!ARMED.take(), "a value that panics as it is dropped");
    }
}

/// What the next comparison in this thread is to do.
fn in_eq(act: impl FnOnce() + 'static) {
    ACTS.with_borrow_mut(|acts| acts.push(Box::new(act)));
}

fn done() -> bool {
    ACTS.with_borrow(Vec::is_empty)
}

/// Polls a future that has to wait once.
fn begun<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<impl Future<Output = T>> {
    let mut task = Task::new(future);
    assert!(!task.poll(), "it waits");
    task
}

#[memoize(lru = 4)]
fn in_lru(key: &Key) -> u32 {
    key.0
}

#[memoize(capacity = 4)]
fn in_capacity(key: &Key) -> u32 {
    key.0
}

#[memoize]
fn unbounded(key: &Key) -> u32 {
    key.0
}

#[memoize(local)]
fn in_thread(key: &Key) -> u32 {
    key.0
}

/// Hits whose comparison does the first, one in each kind of cache that has a lock; the second comes after each.
fn under_each_lock<A: FnOnce() + 'static, B: FnOnce()>(mut acts: impl FnMut() -> (A, B)) {
    for look_up in [in_lru, in_capacity, unbounded] {
        look_up(&Key(1));
        let (act, after) = acts();
        in_eq(act);
        assert_eq!(look_up(&Key(1)), 1);
        assert!(done());
        after();
    }
}

#[test]
fn future_dropped_in_eq() {
    #[memoize]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    watched(|| {
        under_each_lock(|| {
            f::cache_clear();
            let task = begun(f(7));
            (move || drop(task), || assert_eq!(Task::new(f(7)).finish(), 7))
        });
        // Nor is a task left that waits.
        f::cache_clear();
        let leader = begun(f(7));
        let mut waits = begun(f(7));
        waits.poll();
        assert!(!waits.is_awake());
        in_eq(move || drop(leader));
        assert_eq!(in_lru(&Key(1)), 1);
        assert!(done() && waits.is_awake());
        assert_eq!(waits.finish(), 7);
        assert_eq!(f::cache_info().misses, 2);
        // As any other call.
        assert_eq!(thread::spawn(|| now(f(7))).join().unwrap(), 7);
    });
}

#[test]
fn future_finished_in_eq() {
    static STARTED: AtomicU32 = AtomicU32::new(0);
    #[memoize(capacity = 8)]
    async fn f(x: u32) -> String {
        STARTED.fetch_add(1, SeqCst);
        yields(1).await;
        x.to_string()
    }
    watched(|| {
        under_each_lock(|| {
            f::cache_clear();
            STARTED.store(0, SeqCst);
            let mut task = begun(f(7));
            let waits = begun(f(7));
            let finish = move || {
                assert!(task.poll());
                assert_eq!(task.into_output().unwrap(), "7");
            };
            (finish, move || {
                assert_eq!(f::peek(7).as_deref(), Some("7"), "it was stored as the lock was left");
                assert_eq!(waits.finish(), "7");
                assert_eq!((now(f(7)).as_str(), STARTED.load(SeqCst)), ("7", 1));
            })
        });
    });
}

#[test]
fn who_waits_shares_what_was_finished_in_eq() {
    #[memoize]
    async fn f(x: u32) -> Result<String, String> {
        yields(1).await;
        if x < 10 { Ok(x.to_string()) } else { Err("too much".to_owned()) }
    }
    watched(|| {
        in_lru(&Key(1));
        for x in [7, 70] {
            let mut leader = begun(f(x));
            let mut waits = begun(f(x));
            waits.poll();
            in_eq(move || assert!(leader.poll()));
            in_lru(&Key(1));
            assert!(waits.is_awake());
            assert!(waits.poll(), "what the other computed is its result");
            assert_eq!(waits.into_output().unwrap().is_ok(), x < 10);
        }
        assert_eq!((f::cache_info().misses, f::cache_info().len), (2, 1));
    });
}

#[test]
fn several_and_of_the_cache_that_compares() {
    #[memoize(lru = 8)]
    async fn f(key: &Key) -> u32 {
        if key.0 > 1 {
            yields(1).await;
        }
        key.0
    }
    watched(|| {
        for round in 0..3 {
            f::cache_clear();
            assert_eq!(now(f(&Key(1))), 1);
            let tasks = [2, 3, 4].map(|x| begun(async move { f(&Key(x)).await }));
            in_eq(move || {
                for mut task in tasks {
                    match round {
                        0 => drop(task),
                        _ => assert!(task.poll()),
                    }
                }
            });
            match round {
                0 | 1 => assert_eq!(now(f(&Key(1))), 1, "under the lock of a hit"),
                _ => _ = f::invalidate(&Key(5)),
            }
            assert!(done());
            let stored = |x| f::peek(&Key(x)).is_some();
            assert_eq!([2, 3, 4].map(stored), [round > 0; 3]);
            let called = [2, 3, 4].map(|x| Task::new(async move { f(&Key(x)).await }).finish());
            assert_eq!(called, [2, 3, 4]);
        }
    });
}

#[test]
fn of_one_thread() {
    #[memoize(local)]
    async fn f(key: &Key) -> u32 {
        if key.0 > 1 {
            yields(1).await;
        }
        key.0
    }
    #[memoize(local, lru = 9)]
    async fn g(x: u32) -> u32 {
        yields(1).await;
        x
    }
    let call = |x| Task::new(async move { f(&Key(x)).await }).finish();
    watched(move || {
        // Within its own cache, by a hit and by what is none.
        assert_eq!(call(1), 1);
        for finishes in [false, true] {
            for hits in [true, false] {
                let mut leader = begun(async { f(&Key(2)).await });
                let mut waits = begun(async { f(&Key(2)).await });
                waits.poll();
                in_eq(move || {
                    if finishes {
                        assert!(leader.poll());
                    }
                });
                match hits {
                    true => assert_eq!(now(f(&Key(1))), 1),
                    false => assert!(!f::invalidate(&Key(3))),
                }
                assert!(done() && waits.is_awake(), "finishes: {finishes}, hits: {hits}");
                assert_eq!(waits.finish(), 2);
                assert!(f::invalidate(&Key(2)));
            }
        }
        // Within that of another, which is no obstacle, and within a shared one.
        for look_up in [in_thread, in_lru] {
            look_up(&Key(1));
            let leader = begun(g(3));
            in_eq(move || drop(leader));
            assert_eq!(look_up(&Key(1)), 1);
            assert_eq!(Task::new(g(3)).finish(), 3);
            g::cache_clear();
        }
        // A shared one's within one of the thread's, within a shared one.
        #[memoize]
        async fn shared(x: u32) -> u32 {
            yields(1).await;
            x
        }
        let leader = begun(shared(5));
        in_eq(|| assert_eq!(in_thread(&Key(1)), 1));
        in_eq(move || drop(leader));
        in_lru(&Key(1));
        assert!(done());
        assert_eq!(thread::spawn(|| Task::new(shared(5)).finish()).join().unwrap(), 5);
        // And the other way round: what is within both, and of the inner.
        let leader = begun(async { f(&Key(9)).await });
        in_eq(move || {
            in_eq(move || drop(leader));
            assert_eq!(now(f(&Key(1))), 1);
        });
        in_lru(&Key(1));
        assert_eq!(call(9), 9);
    });
}

#[derive(Default)]
struct Repo {
    memo: Memo,
}

#[memoize]
impl Repo {
    #[memoize(in(self.memo))]
    async fn note(&self, x: u32) -> u32 {
        yields(1).await;
        x
    }
}

#[test]
fn of_caches_in_values_and_by_hand() {
    watched(|| {
        under_each_lock(|| {
            let repo = Arc::new(Repo::default());
            let other = repo.clone();
            let leader = begun(async move { other.note(1).await });
            let waits = begun(async move { repo.note(1).await });
            (move || drop(leader), || assert_eq!(waits.finish(), 1))
        });

        let cache: Arc<Cache<Key, u32>> = Arc::new(Cache::builder().capacity(8).build());
        cache.insert(Key(1), 1);
        let shared = cache.clone();
        let leader = begun(async move {
            shared
                .get_or_insert_async(&Key(2), async {
                    yields(1).await;
                    2
                })
                .await
        });
        // A thread that waits for a task.
        let barrier = Arc::new(Barrier::new(2));
        let waiting = {
            let (cache, barrier) = (cache.clone(), barrier.clone());
            thread::spawn(move || {
                barrier.wait();
                cache.get_or_insert_with(&Key(2), || 3)
            })
        };
        barrier.wait();
        in_eq(move || drop(leader));
        assert_eq!(cache.get(&Key(1)), Some(1));
        assert!(done());
        assert_eq!(waiting.join().unwrap(), 3);
    });
}

#[test]
fn of_batches_and_refreshes() {
    #[memoize(batch)]
    async fn squares(ids: &[u64]) -> Vec<u64> {
        yields(1).await;
        ids.iter().map(|id| id * id).collect()
    }
    #[memoize]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    watched(|| {
        in_lru(&Key(1));
        for finishes in [false, true] {
            let mut leader = begun(async { squares(&[1, 2, 3]).await });
            in_eq(move || _ = finishes && leader.poll());
            in_lru(&Key(1));
            assert_eq!(squares::peek(&2), finishes.then_some(4));
            assert_eq!(Task::new(async { squares(&[2, 3]).await }).finish(), [4, 9]);
            squares::cache_clear();

            f::prime(1, 10);
            let mut leader = begun(f::refresh(1));
            in_eq(move || _ = finishes && leader.poll());
            in_lru(&Key(1));
            assert_eq!(now(f(1)), if finishes { 1 } else { 10 });
            assert_eq!(Task::new(f::refresh(1)).finish(), 1);
        }
    });
}

#[test]
fn closures_are_asked_once_the_lock_is_left() {
    static TOLD: Mutex<Vec<(u32, String, Cause)>> = Mutex::new(Vec::new());
    #[memoize(
        capacity = 1,
        weight = 10,
        weigh = |_, value: &String| value.len(),
        ttl_of = |key: &u32, _| Duration::from_secs(u64::from(*key % 2) * 60),
        on_evict = |key, value, cause| TOLD.lock().unwrap().push((*key, value.clone(), cause)),
    )]
    async fn f(x: u32) -> String {
        yields(1).await;
        x.to_string()
    }
    watched(|| {
        in_lru(&Key(1));
        Task::new(f(1)).finish();
        for (x, kept) in [(3, true), (5, true), (6, false)] {
            let mut leader = begun(f(x));
            in_eq(move || {
                assert!(leader.poll());
                assert!(TOLD.lock().unwrap().iter().all(|told| told.0 != x));
            });
            in_lru(&Key(1));
            assert!(done());
            assert_eq!(f::peek(x).is_some(), kept, "{x}");
        }
        let told = TOLD.lock().unwrap().clone();
        assert_eq!(told, [(1, "1".into(), Cause::Capacity), (3, "3".into(), Cause::Capacity)]);
        assert_eq!(f::cache_info().weight, 1);
    });
}

#[test]
fn an_error_that_cannot_be_shared() {
    struct Odd;
    #[memoize]
    async fn f(x: u32) -> Result<u32, Odd> {
        yields(1).await;
        if x.is_multiple_of(2) { Ok(x) } else { Err(Odd) }
    }
    watched(|| {
        in_lru(&Key(1));
        let mut leader = begun(f(1));
        let mut waits = begun(f(1));
        waits.poll();
        in_eq(move || assert!(leader.poll()));
        in_lru(&Key(1));
        assert!(waits.is_awake());
        assert!(waits.finish().is_err());
        assert_eq!(f::cache_info().misses, 2);
    });
}

#[test]
fn panics() {
    #[memoize(lru = 1)]
    async fn f(x: u32) -> Value {
        yields(1).await;
        Value(x)
    }
    #[memoize(lru = 4)]
    fn texts(key: &Key) -> Arc<()> {
        drop(key.clone());
        Arc::default()
    }
    watched(|| {
        let catch = |f: &dyn Fn() -> Arc<()>| catch_unwind(AssertUnwindSafe(f)).is_err();
        let kept = texts(&Key(1));
        // Of the comparison: it unwinds through the lock, and then the flight ends.
        for finishes in [false, true] {
            let mut leader = begun(f(1));
            let mut waits = begun(f(1));
            waits.poll();
            in_eq(move || {
                assert!(!finishes || leader.poll());
                drop(leader);
                panic!("a comparison that panics");
            });
            assert!(catch(&|| texts(&Key(1))));
            assert!(waits.is_awake());
            assert_eq!(waits.finish().0, 1);
            f::cache_clear();
        }
        // Of what is made up for: out of the call that held the lock, which leaks nothing.
        Task::new(f(1)).finish();
        let mut leaders = [2, 3].map(|x| begun(f(x)));
        in_eq(move || {
            assert!(leaders.iter_mut().all(Task::poll));
            drop(leaders);
            ARMED.set(true);
        });
        assert!(catch(&|| texts(&Key(1))));
        assert!(!ARMED.get() && done());
        assert_eq!(Arc::strong_count(&kept), 2, "that of the cache and ours");
        assert!(f::peek(2).is_none() && f::peek(3).is_some(), "the one that follows was made up for");
        assert!(Arc::ptr_eq(&texts(&Key(1)), &kept));
        assert_eq!(Task::new(f(2)).finish().0, 2);
    });
}

/// What is put off as a flight begins is made up for inside of that flight: it would wait for itself, or be lost by a panic.
#[test]
fn as_a_flight_begins() {
    #[memoize(lru = 8)]
    fn texts(key: &Key) -> u32 {
        key.0
    }
    #[memoize(lru = 1, on_evict = |_, _, _| {
        assert_eq!(texts(&Key(2)), 2);
        assert!(!ARMED.take(), "a closure that panics");
    })]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    watched(|| {
        for panics in [false, true] {
            f::cache_clear(); // calls the other
            texts::cache_clear();
            texts(&Key(1));
            Task::new(f(1)).finish();
            let mut leader = begun(f(2));
            // The first comparison is that of a hit, the second that before a flight begins.
            in_eq(move || {
                in_eq(move || {
                    leader.poll();
                    ARMED.set(panics);
                });
            });
            let result = catch_unwind(AssertUnwindSafe(|| texts(&Key(2))));
            assert_eq!(result.ok(), (!panics).then_some(2));
            assert!(done() && !ARMED.get());
            assert_eq!(texts(&Key(2)), 2);
            assert_eq!(thread::spawn(|| texts(&Key(2))).join().unwrap(), 2);
            assert_eq!(f::peek(2), Some(2));
        }
    });
}

/// A clone of the result that is not stored under the other lock is dropped there, and panics.
#[test]
fn a_result_that_panics_as_it_is_not_stored() {
    #[memoize(lru = 1)]
    async fn f(x: u32) -> Value {
        yields(1).await;
        Value(x)
    }
    watched(|| {
        in_lru(&Key(1));
        let mut leader = begun(f(7));
        in_eq(move || {
            ARMED.set(true);
            leader.poll();
        });
        let _ = catch_unwind(|| in_lru(&Key(1)));
        assert!(done());
        ARMED.set(false);
        assert_eq!(thread::spawn(|| Task::new(f(7)).finish().0).join().unwrap(), 7);
    });
}

#[test]
fn in_clone() {
    #[memoize]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }

    /// Without a destructor, so it is cloned under the lock.
    #[derive(PartialEq, Eq, Debug)]
    struct Value(u32);

    impl Clone for Value {
        fn clone(&self) -> Self {
            for act in ACTS.take() {
                act();
            }
            Self(self.0)
        }
    }

    #[memoize(lru = 2)]
    fn g(x: u32) -> Value {
        Value(x)
    }
    watched(|| {
        g(1);
        let mut leader = begun(f(1));
        in_eq(move || assert!(leader.poll()));
        assert_eq!(g(1), Value(1));
        assert_eq!(f::peek(1), Some(1));
    });
}

/// In both tiers where that can be, and in one of them otherwise.
#[cfg(feature = "store")]
#[test]
fn beside_a_store() {
    use weakcache::store::Memory;

    static STARTED: AtomicU32 = AtomicU32::new(0);
    #[memoize(lru = 4, store = Memory::new())]
    async fn f(x: u32) -> u32 {
        STARTED.fetch_add(1, SeqCst);
        yields(1).await;
        x
    }
    watched(|| {
        in_lru(&Key(1));
        for finishes in [false, true] {
            let mut leader = begun(f(1));
            let mut waits = begun(f(1));
            waits.poll();
            in_eq(move || {
                assert!(!finishes || leader.poll());
            });
            in_lru(&Key(1));
            assert!(done() && waits.is_awake());
            assert_eq!(waits.finish(), 1);
            assert_eq!(STARTED.swap(0, SeqCst), if finishes { 1 } else { 2 });
            assert_eq!(now(f(1)), 1);
            f::invalidate(1);
        }
    });
}
