//! Memoized `async fn`: on every executor, with every option, and their controls.

use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use weakcache::clock::Mock;
use weakcache::{CacheInfo, memoize};

use crate::executors::on_every_executor;
use crate::order::{Choices, run};
use crate::support::watched;
use crate::tasks::{Any, Gate, Task, finish, yields};

const SECOND: Duration = Duration::from_secs(1);

fn counts(info: CacheInfo) -> (u64, u64, usize) {
    (info.hits, info.misses, info.len)
}

#[test]
fn many_tasks_on_one_key_compute_once_on_any_executor() {
    static RUN: AtomicUsize = AtomicUsize::new(0);
    #[memoize]
    async fn f(run: usize, x: u32) -> String {
        yields(3).await;
        format!("{run} {x}")
    }
    watched(|| {
        on_every_executor(
            || {
                f::cache_clear();
                let run = RUN.fetch_add(1, SeqCst);
                (0..200).map(|task| Box::pin(f(run, task % 10)) as Any<'static, String>).collect()
            },
            |name, outputs| {
                for (task, output) in outputs.iter().enumerate() {
                    assert!(output.ends_with(&format!(" {}", task % 10)), "{name}");
                }
                assert_eq!(counts(f::cache_info()), (190, 10, 10), "{name}");
            },
        );
    });
    assert_eq!(RUN.load(SeqCst), 7);
}

#[test]
fn other_calls_go_on_while_one_computes() {
    static GATE: Gate = Gate::new();
    #[memoize(lru = 4)]
    async fn f(x: u32) -> u32 {
        if x == 0 {
            GATE.pass().await;
        }
        x
    }
    let mut slow = [Task::new(f(0)), Task::new(f(0))];
    assert!(!slow[0].poll() && !slow[1].poll());
    // In this thread: a lock that were held would never be let go.
    assert_eq!((finish(f(1)), finish(f(1)), f::peek(0)), (1, 1, None));
    assert_eq!(counts(f::cache_info()), (1, 2, 1));
    f::prime(2, 20);
    assert_eq!(
        (finish(f(2)), f::invalidate(2), finish(f::refresh(2)), finish(f::uncached(0x10))),
        (20, true, 2, 16)
    );
    GATE.open();
    run(&mut slow, &mut Choices::first());
    assert_eq!(slow.each_ref().map(|task| task.output().copied()), [Some(0); 2]);
    assert_eq!(f::peek(0), Some(0));
}

/// What the controls are: two of them are async, the others are functions like any.
#[test]
fn the_types_of_the_controls() {
    #[memoize]
    async fn f(x: u32, y: &str) -> Option<u32> {
        Some(x + u32::from(y == "a"))
    }
    fn future<T, F: Future<Output = T> + Send>(future: F) -> F {
        future
    }
    let info: CacheInfo = f::cache_info();
    assert_eq!(info, CacheInfo::default());
    assert_eq!(finish(future::<Option<u32>, _>(f::uncached(1, "a"))), Some(2));
    assert_eq!(counts(f::cache_info()), (0, 0, 0));
    assert_eq!(finish(future::<Option<u32>, _>(f::refresh(1, "a"))), Some(2));
    let peeked: Option<Option<u32>> = f::peek(1, "a");
    assert_eq!(peeked, Some(Some(2)));
    let was_there: bool = f::invalidate(1, "a");
    assert!(was_there);
    let () = f::prime(1, "a", None);
    assert_eq!(finish(future::<Option<u32>, _>(f(1, "a"))), None);
    let () = f::cache_clear();
    assert_eq!(counts(f::cache_info()), (0, 0, 0));
}

#[test]
fn the_old_result_is_served_during_a_refresh() {
    static GATES: [Gate; 4] = [const { Gate::new() }; 4];
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    #[memoize]
    async fn f(x: u32) -> Result<usize, String> {
        let run = RUNS.fetch_add(1, SeqCst);
        GATES[run].pass().await;
        if run == 2 { Err(x.to_string()) } else { Ok(run) }
    }
    GATES[0].open();
    assert_eq!(finish(f(1)), Ok(0));

    let mut cancelled = Task::new(f::refresh(1));
    cancelled.poll();
    assert_eq!(finish(f(1)), Ok(0));
    drop(cancelled);
    assert_eq!(finish(f(1)), Ok(0));

    let mut failed = Task::new(f::refresh(1));
    failed.poll();
    assert_eq!(finish(f(1)), Ok(0));
    GATES[2].open();
    assert_eq!(failed.finish(), Err("1".into()));
    assert_eq!(finish(f(1)), Ok(0));

    let mut replacing = Task::new(f::refresh(1));
    replacing.poll();
    assert_eq!(finish(f(1)), Ok(0));
    GATES[3].open();
    assert_eq!(replacing.finish(), Ok(3));
    assert_eq!(finish(f(1)), Ok(3));
    assert_eq!(counts(f::cache_info()), (6, 4, 1));
}

/// Callers that find no result share the refresh's, and take over from one that is dropped.
#[test]
fn a_refresh_is_a_computation_to_be_joined() {
    #[memoize]
    async fn f(x: u32) -> u32 {
        yields(2).await;
        x
    }
    for dropped in [false, true] {
        f::cache_clear();
        let mut refresh = Task::new(f::refresh(1));
        refresh.poll();
        let mut calls = [Task::new(f(1)), Task::new(f(1))];
        assert!(!calls[0].poll() && !calls[1].poll());
        if dropped {
            refresh.cancel();
        } else {
            assert_eq!(refresh.finish(), 1);
        }
        run(&mut calls, &mut Choices::first());
        assert_eq!(counts(f::cache_info()), if dropped { (1, 2, 1) } else { (2, 1, 1) });
    }
}

#[test]
fn a_prime_beats_a_computation_in_progress() {
    static GATE: Gate = Gate::new();
    #[memoize]
    async fn f(x: u32) -> u32 {
        GATE.pass().await;
        x
    }
    let mut tasks = [Task::new(f(1)), Task::new(f(1))];
    assert!(!tasks[0].poll() && !tasks[1].poll());
    f::prime(1, 50);
    assert_eq!(finish(f(1)), 50);
    GATE.open();
    run(&mut tasks, &mut Choices::first());
    assert_eq!(tasks.each_ref().map(|task| task.output().copied()), [Some(1); 2], "they were here before");
    assert_eq!(finish(f(1)), 50);
}

#[test]
fn what_is_invalidated_in_its_computation_is_not_stored() {
    static VERSION: AtomicU32 = AtomicU32::new(0);
    #[memoize(lru = 4)]
    async fn f(x: u32) -> u32 {
        let version = VERSION.load(SeqCst);
        yields(1).await;
        x + version
    }
    for by_key in [true, false] {
        f::cache_clear();
        VERSION.store(0, SeqCst);
        let mut old = [Task::new(f(1)), Task::new(f(1))];
        assert!(!old[0].poll() && !old[1].poll());
        VERSION.store(1, SeqCst);
        if by_key {
            assert!(!f::invalidate(1));
        } else {
            f::cache_clear();
        }
        let mut new = Task::new(f(1));
        new.poll();
        run(&mut old, &mut Choices::first());
        assert_eq!(old.each_ref().map(|task| task.output().copied()), [Some(1); 2]);
        assert_eq!(f::peek(1), None);
        assert_eq!(new.finish(), 2);
        assert_eq!(f::peek(1), Some(2));
    }
}

#[test]
fn lru_order() {
    #[memoize(lru = 2)]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    for x in [1, 2, 1, 3] {
        assert_eq!(finish(f(x)), x);
    }
    assert_eq!((f::peek(1), f::peek(2), f::peek(3)), (Some(1), None, Some(3)));
    assert_eq!((f::cache_info().evictions, f::cache_info().capacity), (1, Some(2)));
    // What is finished last is the most recent, whenever it was begun.
    let mut late = Task::new(f(4));
    late.poll();
    finish(f(5));
    late.finish();
    finish(f(6));
    assert_eq!((f::peek(4), f::peek(5), f::peek(6)), (Some(4), None, Some(6)));
}

#[test]
fn an_lru_of_zero_passes_calls_through() {
    const NONE: usize = 0;
    #[memoize(lru = NONE)]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    let mut tasks = [Task::new(f(1)), Task::new(f(1))];
    run(&mut tasks, &mut Choices::first());
    assert_eq!(finish(f::refresh(1)), 1);
    assert_eq!(counts(f::cache_info()), (0, 3, 0));
}

#[test]
fn the_ttl_begins_when_the_computation_ends() {
    #[memoize(ttl = "10s", idle = "1h")]
    async fn f(x: u32) -> u32 {
        yields(1).await;
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    let mut tasks = [Task::new(f(1)), Task::new(f(1))];
    assert!(!tasks[0].poll() && !tasks[1].poll());
    clock.advance(SECOND * 100);
    run(&mut tasks, &mut Choices::first());
    clock.advance(SECOND * 9);
    assert_eq!(finish(f(1)), 1);
    clock.advance(SECOND);
    assert_eq!(f::peek(1), None);
    finish(f(1));
    clock.advance(SECOND * 9);
    finish(f::refresh(1));
    clock.advance(SECOND * 9);
    assert_eq!(f::peek(1), Some(1));
    let info = f::cache_info();
    assert_eq!((info.hits, info.misses, info.expirations), (2, 3, 1));
}

#[test]
fn what_is_read_does_not_idle() {
    #[memoize(idle = "10s")]
    async fn f(x: u32) -> u32 {
        x
    }
    let clock = Mock::new();
    let _installed = clock.install();
    for _ in 0..5 {
        assert_eq!(finish(f(1)), 1);
        clock.advance(SECOND * 9);
    }
    clock.advance(SECOND);
    assert_eq!((f::peek(1), f::cache_info().hits), (None, 4));
}

#[test]
fn errors() {
    #[memoize(err_ttl = "1s")]
    async fn for_a_while(x: u32) -> Result<u32, String> {
        yields(1).await;
        x.checked_sub(1).ok_or_else(|| "zero".into())
    }
    #[memoize(cache_errors)]
    async fn kept(x: u32) -> Result<u32, &'static str> {
        yields(1).await;
        x.checked_sub(1).ok_or("zero")
    }
    type Alias = Result<u32, Own>;
    #[derive(Debug, PartialEq)]
    struct Own;
    #[memoize]
    async fn own(x: u32) -> Alias {
        yields(1).await;
        x.checked_sub(1).ok_or(Own)
    }
    let clock = Mock::new();
    let _installed = clock.install();
    for misses in [2, 3] {
        for _ in 0..2 {
            assert_eq!((finish(for_a_while(0)), finish(for_a_while(1))), (Err("zero".into()), Ok(0)));
        }
        assert_eq!(for_a_while::cache_info().misses, misses);
        clock.advance(SECOND);
    }
    for _ in 0..2 {
        assert_eq!((finish(kept(0)), finish(kept(1))), (Err("zero"), Ok(0)));
    }
    assert_eq!(counts(kept::cache_info()), (2, 2, 2));

    // One that cannot be cloned: each of those who wait computes, side by side.
    let mut tasks: Vec<_> = (0..4).map(|_| Task::new(own(0))).collect();
    run(&mut tasks, &mut Choices::first());
    assert!(tasks.iter().all(|task| task.output() == Some(&Err(Own))));
    assert_eq!(counts(own::cache_info()), (0, 4, 0));
    assert_eq!((finish(own(1)), finish(own(1))), (Ok(0), Ok(0)));
}

#[test]
fn an_error_is_shared_with_those_who_wait() {
    #[memoize]
    async fn f(x: u32) -> Result<u32, String> {
        yields(1).await;
        Err(x.to_string())
    }
    let mut tasks: Vec<_> = (0..4).map(|_| Task::new(f(1))).collect();
    for task in &mut tasks {
        task.poll();
    }
    run(&mut tasks, &mut Choices::first());
    assert!(tasks.iter().all(|task| task.output() == Some(&Err("1".into()))));
    assert_eq!(counts(f::cache_info()), (3, 1, 0));
    assert_eq!(finish(f(1)), Err("1".into()));
    assert_eq!(counts(f::cache_info()), (3, 2, 0));
}

#[test]
fn cache_if_decides() {
    #[memoize(cache_if = Option::is_some)]
    async fn find(x: u32) -> Option<u32> {
        yields(1).await;
        (x > 1).then_some(x)
    }
    let mut tasks: Vec<_> = (0..3).map(|_| Task::new(find(1))).collect();
    for task in &mut tasks {
        task.poll();
    }
    run(&mut tasks, &mut Choices::first());
    assert_eq!(counts(find::cache_info()), (2, 1, 0), "shared with those who wait, and not kept");
    assert_eq!((finish(find(1)), finish(find(2)), finish(find(2))), (None, Some(2), Some(2)));
    assert_eq!(counts(find::cache_info()), (3, 3, 1));
    assert_eq!(finish(find::refresh(1)), None);
    assert_eq!(find::peek(1), None);
}

#[test]
fn weak_results() {
    #[weakcache::interned]
    #[derive(Debug)]
    struct Name {
        text: String,
    }
    #[memoize(weak)]
    async fn counted(x: &str) -> Arc<String> {
        yields(1).await;
        Arc::new(x.to_uppercase())
    }
    #[memoize(weak)]
    async fn name(text: &str) -> weakcache::Interned<Name> {
        yields(1).await;
        Name::new(text)
    }
    #[memoize(weak, lru = 2)]
    async fn strong(x: u32) -> Result<weakcache::Strong<u32>, String> {
        yields(1).await;
        if x == 0 { Err("zero".into()) } else { Ok(weakcache::Strong::new(x)) }
    }
    let mut tasks: Vec<_> = (0..3).map(|_| Task::new(counted("a"))).collect();
    for task in &mut tasks {
        task.poll();
    }
    // The one that computed lets go of it before the others come for it.
    assert_eq!(*tasks.remove(0).finish(), "A");
    let held: Vec<_> = tasks.into_iter().map(Task::finish).collect();
    assert!(Arc::ptr_eq(&held[0], &held[1]));
    assert_eq!((counts(counted::cache_info()), Arc::strong_count(&held[0])), ((2, 1, 1), 2));
    drop(held);
    assert_eq!(counted::peek("a"), None);

    let a = finish(name("a"));
    assert!(weakcache::Interned::ptr_eq(&a, &finish(name("a"))));
    drop(a);
    assert!(Name::registry().is_empty());
    let one = finish(strong(1)).unwrap();
    assert!(weakcache::Strong::ptr_eq(&one, &finish(strong(1)).unwrap()));
    assert_eq!(finish(strong(0)).unwrap_err(), "zero");
}

#[test]
fn local_caches_take_what_is_not_send() {
    #[memoize(local, lru = 4)]
    async fn f(x: Rc<str>, y: &Rc<u32>) -> Rc<Mutex<String>> {
        let mine = x.clone();
        yields(2).await;
        Rc::new(Mutex::new(format!("{mine}{y}")))
    }
    #[memoize(local)]
    async fn of<T: 'static>(x: u8) -> Rc<usize> {
        yields(1).await;
        Rc::new(size_of::<T>() + usize::from(x))
    }
    let y = Rc::new(1);
    let mut tasks: Vec<_> = (0..4).map(|_| Task::new(f("a".into(), &y))).collect();
    run(&mut tasks, &mut Choices::first());
    let results: Vec<_> = tasks.iter().map(|task| task.output().unwrap()).collect();
    assert!(results.iter().all(|result| Rc::ptr_eq(result, results[0])));
    assert_eq!(counts(f::cache_info()), (3, 1, 1));
    assert_eq!(std::thread::spawn(|| f::cache_info().misses).join().unwrap(), 0);
    assert_eq!((*finish(of::<u8>(1)), *finish(of::<u16>(1)), *finish(of::<u8>(1))), (2, 3, 2));
    assert_eq!(of::cache_info::<u8>().hits, 1);

    // On executors of one thread.
    f::cache_clear();
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let set = tokio::task::LocalSet::new();
    let one = set.spawn_local(async { f("b".into(), &Rc::new(2)).await.lock().unwrap().clone() });
    let two = set.spawn_local(async { f("b".into(), &Rc::new(2)).await.lock().unwrap().clone() });
    set.block_on(&tokio, async {
        assert_eq!((one.await.unwrap(), two.await.unwrap()), ("b2".into(), "b2".into()));
    });
    let executor = async_executor::LocalExecutor::new();
    let three = executor.spawn(f("b".into(), &y));
    assert_eq!(*futures_executor::block_on(executor.run(three)).lock().unwrap(), "b1");
    assert_eq!(counts(f::cache_info()), (1, 2, 2));
}

#[test]
fn side_by_side_without_single_flight() {
    static ALIVE: AtomicU32 = AtomicU32::new(0);
    #[memoize(single_flight = false)]
    async fn f(x: u32) -> u32 {
        let mine = ALIVE.fetch_add(1, SeqCst);
        yields(2).await;
        x + mine
    }
    let mut tasks: Vec<_> = (0..3).map(|_| Task::new(f(10))).collect();
    for task in &mut tasks {
        task.poll();
    }
    assert_eq!(ALIVE.load(SeqCst), 3);
    run(&mut tasks, &mut Choices::first());
    assert_eq!(counts(f::cache_info()), (0, 3, 1));
    assert_eq!(finish(f(10)), 10, "the first result stays");
}

#[test]
fn keys_of_all_sorts() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    #[memoize(key = (name.to_lowercase(), x.to_bits()))]
    async fn greet(name: &str, x: f64, times: &mut u32) -> String {
        yields(1).await;
        *times += 1;
        format!("{name} {x}")
    }
    #[memoize(skip(log, sink), hasher = std::hash::RandomState, name = "renamed", crate = ::weakcache)]
    async fn square(x: u64, log: &mut Vec<u64>, sink: impl FnOnce(u64)) -> u64 {
        yields(1).await;
        log.push(x);
        sink(x);
        x * x
    }
    #[memoize(controls = "other")]
    async fn renamed(x: u32) -> u32 {
        x
    }
    #[memoize(controls = false)]
    async fn without(x: &str) -> Result<u32, std::num::ParseIntError> {
        RUNS.fetch_add(1, SeqCst);
        if x.is_empty() {
            return Ok(0);
        }
        yields(1).await;
        let number: u32 = x.parse()?;
        Ok(number)
    }
    let mut times = 0;
    assert_eq!(finish(greet("Ann", 1.5, &mut times)), "Ann 1.5");
    assert_eq!(finish(greet("ANN", 1.5, &mut times)), "Ann 1.5");
    assert_eq!((times, greet::invalidate("ann", 1.5)), (1, true));
    let (mut log, mut sunk) = (Vec::new(), 0);
    assert_eq!(finish(square(3, &mut log, |x| sunk = x)), 9);
    assert_eq!(finish(square(3, &mut log, |_| unreachable!())), 9);
    assert_eq!((log, sunk), (vec![3], 3));
    assert_eq!((finish(renamed(1)), other::cache_info().len), (1, 1));
    for _ in 0..2 {
        assert_eq!(
            (finish(without("")), finish(without("7")), finish(without("x")).is_err()),
            (Ok(0), Ok(7), true)
        );
    }
    assert_eq!(RUNS.load(SeqCst), 4);
}

/// `Eq` of a key that polls a call of the same function: inside of a comparison the cache looks empty.
#[test]
fn an_eq_that_calls_the_same_function_gets_an_answer() {
    static ENTERED: AtomicBool = AtomicBool::new(false);
    #[derive(Clone)]
    struct Curious(u32);
    impl PartialEq for Curious {
        fn eq(&self, other: &Self) -> bool {
            if !ENTERED.swap(true, SeqCst) {
                assert_eq!(finish(double(Self(100 + self.0))), (100 + self.0) * 2);
                assert_eq!(finish(double::refresh(self.clone())), self.0 * 2);
            }
            self.0 == other.0
        }
    }
    impl Eq for Curious {}
    impl std::hash::Hash for Curious {
        fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
            (self.0 % 100).hash(state);
        }
    }
    #[memoize(lru = 4)]
    async fn double(x: Curious) -> u32 {
        yields(1).await;
        x.0 * 2
    }
    assert_eq!((finish(double(Curious(1))), finish(double(Curious(1)))), (2, 2));
    assert!(ENTERED.load(SeqCst));
    assert_eq!((double::cache_info().hits, double::cache_info().misses), (1, 1));
}
