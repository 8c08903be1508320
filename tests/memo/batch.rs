//! Batches: functions of many elements, each of which is a key.

// Functions as users write them.
#![allow(clippy::unnecessary_wraps, clippy::needless_pass_by_value)]

use crate::support::{Random, on_threads, watched};
use crate::tasks::{Gate, Task, finish, yields};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use weakcache::clock::Mock;
use weakcache::{Memo, memoize};

thread_local!(static ASKED: RefCell<Vec<Vec<u64>>> = const { RefCell::new(Vec::new()) });

fn asked() -> Vec<Vec<u64>> {
    ASKED.take()
}

fn note(ids: &[u64]) {
    ASKED.with_borrow_mut(|asked| asked.push(ids.to_vec()));
}

#[test]
fn the_body_gets_what_is_missing_and_the_caller_all_in_order() {
    #[memoize(batch, lru = 100)]
    fn squares(ids: &[u64]) -> Vec<u64> {
        note(ids);
        ids.iter().map(|id| id * id).collect()
    }
    assert_eq!(squares(&[3, 1, 2]), [9, 1, 4]);
    assert_eq!(squares(&[1, 4, 3, 5]), [1, 16, 9, 25]);
    assert_eq!(asked(), [vec![3, 1, 2], vec![4, 5]]);
    assert_eq!((squares(&[2, 3]), squares(&[])), (vec![4, 9], vec![]));
    assert_eq!(asked(), Vec::<Vec<u64>>::new(), "nothing is missing");
    let info = squares::cache_info();
    assert_eq!((info.misses, info.hits, info.len), (5, 4, 5));
    // Each once.
    assert_eq!(squares(&[7, 8, 7, 7, 1, 1]), [49, 64, 49, 49, 1, 1]);
    assert_eq!(asked(), [[7, 8]]);
    let info = squares::cache_info();
    assert_eq!((info.misses, info.hits), (7, 8));
}

#[test]
fn controls_are_about_one_element() {
    #[memoize(batch)]
    fn names(tenant: &str, ids: &[u64], by: u32) -> Result<Vec<String>, String> {
        note(ids);
        if ids.contains(&0) {
            return Err("zero".into());
        }
        Ok(ids.iter().map(|id| format!("{tenant}{}", id * u64::from(by))).collect())
    }
    assert_eq!(names::peek("a", &1, 2), None);
    names("a", &[1, 2], 2).unwrap();
    let one: Option<String> = names::peek("a", &1, 2);
    assert_eq!((one.as_deref(), names::peek("b", &1, 2)), (Some("a2"), None));
    assert!(names::invalidate("a", &1, 2) && !names::invalidate("a", &1, 2));
    names::prime("a", &1, 2, "primed".into());
    assert_eq!(names("a", &[1, 2], 2).unwrap(), ["primed", "a4"]);
    assert_eq!(names("b", &[1], 2).unwrap(), ["b2"], "the other arguments are in the key");
    asked();
    assert_eq!(names::refresh("a", &[1, 3, 1], 2).unwrap(), ["a2", "a6", "a2"]);
    assert_eq!(names::uncached("a", &[1, 1], 2).unwrap(), ["a2", "a2"]);
    assert_eq!(asked(), [vec![1, 3], vec![1, 1]]);
    assert_eq!(names::peek("a", &1, 2).as_deref(), Some("a2"));
    assert_eq!(
        names::retain(|(tenant, id, by), name| !(tenant == "a" && *id == 3 && *by == 2 && name == "a6")),
        1
    );
    assert_eq!((names::sweep(), names::capacity()), (0, None));
    // An error is that of the whole, and stores nothing.
    assert_eq!(names("a", &[1, 0, 9], 2), Err("zero".into()));
    assert_eq!((names::peek("a", &9, 2), names::peek("a", &1, 2).is_some()), (None, true));
    assert_eq!(names::refresh("a", &[1, 0], 2), Err("zero".into()));
    assert!(names::peek("a", &1, 2).is_some());
}

#[test]
fn maps_may_leave_some_out() {
    #[memoize(batch)]
    fn lengths(words: &[&str]) -> HashMap<String, usize> {
        note(&[words.len() as u64]);
        words.iter().filter(|word| !word.is_empty()).map(|word| ((*word).to_owned(), word.len())).collect()
    }
    #[memoize(batch)]
    fn even(ids: &[u64]) -> std::io::Result<HashMap<u64, u64>> {
        note(ids);
        Ok(ids.iter().filter(|id| **id % 2 == 0).map(|id| (*id, id / 2)).collect())
    }
    #[memoize(batch, cache_if = |half| *half < 3)]
    fn sorted(ids: &[u64]) -> BTreeMap<u64, u64> {
        ids.iter().map(|id| (*id, id / 2)).collect()
    }
    let words = lengths(&["a", "", "bcd", "a"]);
    assert_eq!(words, HashMap::from([("a".to_owned(), 1), ("bcd".to_owned(), 3)]));
    assert_eq!((lengths::peek("bcd"), lengths::peek("")), (Some(3), None));
    lengths(&["a", "", "x"]);
    assert_eq!(asked(), [[3], [2]], "what was left out is asked for again");
    assert_eq!(even(&[1, 2, 4]).unwrap(), HashMap::from([(2, 1), (4, 2)]));
    assert_eq!(even(&[1, 2]).unwrap(), HashMap::from([(2, 1)]));
    assert_eq!(asked(), [vec![1, 2, 4], vec![1]]);
    assert_eq!(sorted(&[8, 4, 8]), BTreeMap::from([(4, 2), (8, 4)]));
    assert_eq!((sorted::peek(&4), sorted::peek(&8)), (Some(2), None));
    assert_eq!(even::refresh(&[2, 3]).unwrap(), HashMap::from([(2, 1)]));
}

#[test]
fn options_are_those_of_elements() {
    #[memoize(batch, lru = 2, ttl = "1m", skip(log, unused), cache_if = |value| value != "3")]
    fn f(ids: &[u64], log: &mut Vec<u64>, unused: &[u8]) -> Vec<String> {
        log.extend(ids);
        assert!(unused.is_empty());
        ids.iter().map(u64::to_string).collect()
    }
    #[memoize(batch, key = (*ids % 10, *by))]
    fn keyed(ids: &[u64], by: u64) -> Vec<u64> {
        ids.iter().map(|id| id * by).collect()
    }
    #[memoize(batch, weak)]
    fn weak(ids: &[u64]) -> Vec<Arc<u64>> {
        ids.iter().map(|id| Arc::new(*id)).collect()
    }
    #[memoize(batch, local, controls = false)]
    fn local(ids: &[u64]) -> Vec<u64> {
        note(ids);
        ids.to_vec()
    }
    #[memoize(batch)]
    fn each_may_fail(ids: &[u64]) -> Vec<Result<u64, String>> {
        note(ids);
        ids.iter().map(|id| if *id == 0 { Err("zero".into()) } else { Ok(*id) }).collect()
    }
    let clock = Mock::new();
    let _installed = clock.install();
    let mut log = Vec::new();
    assert_eq!(f(&[1, 2, 3], &mut log, &[]), ["1", "2", "3"]);
    assert_eq!(f(&[3, 2, 1, 4], &mut log, &[]), ["3", "2", "1", "4"]);
    assert_eq!((log, f::cache_info().len, f::cache_info().evictions), (vec![1, 2, 3, 3, 4], 2, 1));
    clock.advance(Duration::from_mins(1));
    let mut log = Vec::new();
    f(&[4], &mut log, &[]);
    assert_eq!(log, [4]);
    assert_eq!((keyed(&[1, 12], 3), keyed(&[11, 2, 22], 3)), (vec![3, 36], vec![3, 36, 36]));
    let held = weak(&[1, 2]);
    assert!(Arc::ptr_eq(&held[0], &weak(&[1])[0]));
    drop(held);
    assert_eq!(weak::peek(&1), None);
    assert_eq!((local(&[1, 2]), local(&[2, 3])), (vec![1, 2], vec![2, 3]));
    assert_eq!(asked(), [vec![1, 2], vec![3]]);
    each_may_fail(&[0, 1]);
    each_may_fail(&[0, 1]);
    assert_eq!(asked(), [vec![0, 1], vec![0]]);
}

#[test]
fn of_methods() {
    #[derive(Default)]
    struct Repo {
        base: u64,
        memo: Memo,
    }
    trait Source {
        fn get(&self, ids: &[u64]) -> Vec<u64>;
    }
    #[memoize]
    impl Repo {
        #[memoize(batch, in(self.memo), lru = 10)]
        async fn users(&self, ids: &[u64]) -> Result<Vec<String>, ()> {
            note(ids);
            yields(1).await;
            Ok(ids.iter().map(|id| (id + self.base).to_string()).collect())
        }
        #[memoize(batch, in(self.memo))]
        fn change(&mut self, ids: &[u64], by: String) -> Vec<String> {
            self.base += 1;
            ids.iter().map(|id| format!("{id}{by}{}", self.base)).collect()
        }
        #[memoize(batch)]
        fn of_none<T: Copy + Into<u64> + std::hash::Hash + Eq + Send + Sync + 'static>(
            ids: &[T],
        ) -> Vec<u64> {
            ids.iter().map(|id| (*id).into()).collect()
        }
    }
    #[memoize]
    impl Source for Repo {
        #[memoize(batch, in(self.memo))]
        fn get(&self, ids: &[u64]) -> Vec<u64> {
            note(ids);
            ids.iter().map(|id| id + self.base).collect()
        }
    }
    let mut repo = Repo::default();
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(finish(is_send(repo.users(&[1, 2]))).unwrap(), ["1", "2"]);
    assert_eq!(finish(repo.users(&[2, 3])).unwrap(), ["2", "3"]);
    assert_eq!((asked(), repo.users_peek(&3)), (vec![vec![1, 2], vec![3]], Some("3".into())));
    assert_eq!(finish(repo.users_refresh(&[1])).unwrap(), ["1"]);
    assert_eq!(repo.change(&[1], "a".into()), ["1a1"]);
    assert_eq!(repo.change(&[1, 2], "a".into()), ["1a1", "2a2"]);
    assert_eq!((Repo::of_none(&[1u8]), Repo::of_none_cache_info::<u8>().misses), (vec![1], 1));
    asked();
    assert_eq!((repo.get(&[1]), repo.get(&[1, 2]), asked()), (vec![3], vec![3, 4], vec![vec![1], vec![2]]));
    assert!(repo.get_invalidate(&1));
    assert_eq!(repo.get_uncached(&[5]), [7]);
}

#[test]
fn a_result_of_the_wrong_length_is_a_panic_and_stores_nothing() {
    #[memoize(batch)]
    fn short(ids: &[u64]) -> Vec<u64> {
        ids[1..].to_vec()
    }
    let panic = catch_unwind(|| short(&[1, 2])).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("2 elements gave 1 results"), "{message}");
    assert_eq!(short::cache_info().len, 0);
    assert!(catch_unwind(|| short(&[1, 2])).is_err(), "and nothing hangs");
}

#[test]
fn overlapping_batches_wait_for_each_other_in_any_order() {
    static COMPUTED: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    #[memoize(batch)]
    fn f(ids: &[u64]) -> Vec<u64> {
        COMPUTED.lock().unwrap().extend(ids);
        thread::sleep(Duration::from_micros(50));
        ids.iter().map(|id| id * 2).collect()
    }
    watched(|| {
        for round in 0..50u64 {
            on_threads(4, |thread| {
                let mut ids: Vec<u64> = (round * 10..round * 10 + 10).collect();
                match thread {
                    0 => {}
                    1 => ids.reverse(),
                    2 => ids.rotate_left(5),
                    _ => ids.retain(|id| id % 2 == 0),
                }
                assert_eq!(f(&ids), ids.iter().map(|id| id * 2).collect::<Vec<_>>());
            });
        }
        let mut computed = COMPUTED.lock().unwrap().clone();
        assert_eq!(computed.len(), 500, "each once");
        computed.sort_unstable();
        computed.dedup();
        assert_eq!(computed.len(), 500);
    });
}

#[test]
fn what_another_fails_to_compute_falls_to_those_who_wait() {
    static GO: AtomicBool = AtomicBool::new(false);
    #[memoize(batch)]
    fn f(ids: &[u64], by: u8) -> Result<Vec<u64>, &'static str> {
        note(ids);
        if ids.contains(&1) {
            while !GO.load(SeqCst) {
                thread::yield_now();
            }
            match by {
                0 => return Err("failed"),
                _ => panic!("on purpose"),
            }
        }
        Ok(ids.to_vec())
    }
    watched(|| {
        for by in [0, 1] {
            f::cache_clear();
            GO.store(false, SeqCst);
            let begun = |bodies| {
                while f::cache_info().misses < bodies {
                    thread::yield_now();
                }
            };
            thread::scope(|scope| {
                let first = scope.spawn(move || catch_unwind(|| f(&[1, 2, 3], by)));
                begun(3);
                let second = scope.spawn(move || (f(&[3, 4, 2], by), asked()));
                begun(4);
                GO.store(true, SeqCst);
                match first.join().unwrap() {
                    Ok(result) => assert_eq!((result, by), (Err("failed"), 0)),
                    Err(_) => assert_eq!(by, 1, "it panics"),
                }
                let (result, asked) = second.join().unwrap();
                assert_eq!((result, &asked[0]), (Ok(vec![3, 4, 2]), &vec![4]), "its own first");
                assert_eq!(asked[1..].concat().into_iter().collect::<HashSet<_>>(), HashSet::from([2, 3]));
            });
            assert_eq!((f::peek(&1, by), f::peek(&2, by)), (None, Some(2)));
        }
    });
}

#[test]
fn tasks_whose_leader_is_dropped() {
    let gate = Gate::new();
    static RAN: Mutex<Vec<Vec<u64>>> = Mutex::new(Vec::new());
    #[memoize(batch, skip(gate))]
    async fn f(ids: &[u64], gate: &Gate) -> Vec<u64> {
        RAN.lock().unwrap().push(ids.to_vec());
        gate.pass().await;
        ids.iter().map(|id| id + 1).collect()
    }
    // One leads 1, 2, 3; another has 4 of its own, and waits for two of them.
    let mut first = Task::new(f(&[1, 2, 3], &gate));
    let mut second = Task::new(f(&[4, 2, 3], &gate));
    let mut third = Task::new(f(&[3, 4], &gate));
    assert!(!first.poll() && !second.poll() && !third.poll());
    first.cancel();
    gate.open();
    assert_eq!(second.finish(), [5, 3, 4]);
    assert_eq!(third.finish(), [4, 5]);
    let ran = std::mem::take(&mut *RAN.lock().unwrap());
    assert_eq!(ran[..2], [vec![1, 2, 3], vec![4]]);
    let mut again: Vec<u64> = ran[2..].concat();
    again.sort_unstable();
    assert_eq!(again, [2, 3], "what was lost, once");
    assert_eq!((f::peek(&1), f::peek(&2)), (None, Some(3)));
    // One that is dropped while it waits leaves nothing behind.
    let closed = Gate::new();
    let mut first = Task::new(f(&[10], &closed));
    let mut second = Task::new(f(&[11, 10], &gate));
    assert!(!first.poll());
    second.poll();
    second.cancel();
    closed.open();
    assert_eq!((first.finish(), f::peek(&10)), (vec![11], Some(11)));
}

#[test]
fn a_batch_that_calls_itself_for_the_same_and_for_less() {
    #[memoize(batch)]
    fn down(ids: &[u64]) -> Vec<u64> {
        let less: Vec<u64> = ids.iter().filter(|id| **id > 0).map(|id| id - 1).collect();
        let sums: HashMap<u64, u64> =
            less.iter().copied().zip(if less.is_empty() { vec![] } else { down(&less) }).collect();
        ids.iter().map(|id| if *id == 0 { 0 } else { id + sums[&(id - 1)] }).collect()
    }
    #[memoize(batch)]
    fn cycle(ids: &[u64], depth: u32) -> Vec<u64> {
        if DEPTH.fetch_add(1, SeqCst) < 3 { cycle(ids, depth) } else { ids.to_vec() }
    }
    static DEPTH: AtomicU32 = AtomicU32::new(0);
    watched(|| {
        assert_eq!(down(&[5, 3, 4]), [15, 6, 10], "of what it computes itself, the inner computes once more");
        assert_eq!(down::peek(&0), Some(0));
        assert_eq!(cycle(&[1, 2], 0), [1, 2]);
    });
}

/// `Hash`, `Eq`, `Clone` and `Drop` of elements and values that call the function, while it leads several keys.
#[test]
fn users_code_may_come_back_anywhere() {
    thread_local!(static DEPTH: std::cell::Cell<u32> = const { std::cell::Cell::new(9) });
    fn again() {
        let depth = DEPTH.get();
        if depth < 2 {
            DEPTH.set(depth + 1);
            f(&[Odd(1), Odd(2), Odd(3)]);
            DEPTH.set(depth);
        }
    }
    #[derive(Debug)]
    struct Odd(u32);
    impl PartialEq for Odd {
        fn eq(&self, other: &Self) -> bool {
            again();
            self.0 == other.0
        }
    }
    impl Eq for Odd {}
    impl std::hash::Hash for Odd {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            again();
            state.write_u32(self.0);
        }
    }
    impl Clone for Odd {
        fn clone(&self) -> Self {
            again();
            Self(self.0)
        }
    }
    impl Drop for Odd {
        fn drop(&mut self) {
            again();
        }
    }
    #[memoize(batch, lru = 2)]
    fn f(ids: &[Odd]) -> Vec<Odd> {
        ids.iter().map(|id| Odd(id.0 * 10)).collect()
    }
    watched(|| {
        DEPTH.set(0);
        for _ in 0..5 {
            let values = f(&[Odd(1), Odd(2), Odd(3), Odd(2)]);
            assert_eq!(values.iter().map(|value| value.0).collect::<Vec<_>>(), [10, 20, 30, 20]);
        }
        DEPTH.set(9);
    });
}

#[test]
fn agrees_with_single_calls_while_threads_invalidate() {
    #[memoize(batch, lru = 40)]
    fn f(ids: &[u64]) -> Result<Vec<String>, ()> {
        if ids.iter().sum::<u64>() % 17 == 3 { Err(()) } else { Ok(ids.iter().map(u64::to_string).collect()) }
    }
    watched(|| {
        on_threads(4, |thread| {
            let mut random = Random(thread as u64 + 11);
            for _ in 0..800 {
                let ids: Vec<u64> = (0..random.below(12)).map(|_| random.below(60) as u64).collect();
                match random.below(20) {
                    0 => f::cache_clear(),
                    1 => drop(catch_unwind(AssertUnwindSafe(|| f::refresh(&ids)))),
                    2 => drop(f::retain(|id, _| id % 3 != 0)),
                    3 => drop(f::invalidate(&(random.below(60) as u64))),
                    _ => {
                        if let Ok(values) = f(&ids) {
                            assert_eq!(values, ids.iter().map(u64::to_string).collect::<Vec<_>>());
                        }
                    }
                }
            }
        });
        assert!(f::cache_info().len <= 40);
    });
}

/// Equal by its number alone.
#[derive(Clone, Debug)]
struct Text {
    id: u32,
    language: u8,
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Text {}

impl std::hash::Hash for Text {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

#[test]
fn what_is_the_same_is_said_by_the_key() {
    thread_local!(static COUNTED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });
    fn count(of: usize) {
        COUNTED.set(COUNTED.get() + of);
    }
    #[memoize(batch, key = (texts.id, texts.language))]
    fn finer(texts: &[Text]) -> Vec<String> {
        count(texts.len());
        texts.iter().map(|text| format!("{}/{}", text.id, text.language)).collect()
    }
    #[memoize(batch, key = words.to_lowercase(), cache_if = |n| *n != 2)]
    fn coarser(words: &[&str]) -> HashMap<String, usize> {
        count(words.len());
        words.iter().filter(|word| word.len() < 3).map(|word| ((*word).to_owned(), word.len())).collect()
    }
    #[memoize(batch, key = words.to_lowercase(), single_flight = false)]
    fn beside(words: &[&str]) -> Vec<usize> {
        count(words.len());
        words.iter().map(|word| word.len()).collect()
    }
    #[memoize(batch, weak_key(nodes))]
    fn weak(nodes: &[Arc<u8>]) -> Vec<usize> {
        count(nodes.len());
        nodes.iter().map(|node| Arc::as_ptr(node).addr()).collect()
    }
    let text = |id, language| Text { id, language };
    assert_eq!(finer(&[text(1, 1), text(1, 2), text(1, 1)]), ["1/1", "1/2", "1/1"]);
    assert_eq!(COUNTED.take(), 2);
    assert_eq!((finer::cache_info().hits, finer::cache_info().misses), (1, 2));
    assert_eq!(finer(&[text(1, 2)]), ["1/2"]);
    assert_eq!(COUNTED.take(), 0);
    assert_eq!(
        finer::refresh(&[text(1, 1), text(1, 2), text(1, 1), text(1, 2)]),
        ["1/1", "1/2", "1/1", "1/2"]
    );
    assert_eq!(COUNTED.take(), 2);
    let words = ["A", "a", "bb", "BB", "ccc", "CCC"];
    let of = |word: &str| (word.to_owned(), word.len());
    assert_eq!(
        coarser(&words),
        HashMap::from(["A", "a", "bb", "BB"].map(of)),
        "also what is not kept, or left out"
    );
    assert_eq!(COUNTED.take(), 3);
    assert_eq!((beside(&words), COUNTED.take()), (vec![1, 1, 2, 2, 3, 3], 3));
    let (one, other) = (Arc::new(1), Arc::new(1));
    let addresses = [&one, &other, &one].map(|node| Arc::as_ptr(node).addr());
    assert_eq!((weak(&[one.clone(), other.clone(), one.clone()]), COUNTED.take()), (addresses.to_vec(), 2));
    assert_eq!(weak::cache_info().len, 2);
}
