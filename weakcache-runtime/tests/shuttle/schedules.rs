//! What the models for shuttle have in common: how many schedules, with which fault, and how a failure is seen again.
//!
//! * `WEAKCACHE_SCHEDULES=100`: so many times as many schedules as usual.
//! * `WEAKCACHE_REPLAY=…`: the one schedule that a failure has printed; with `-- --exact` and the name of the test. It is
//!   the same execution as long as nothing of the process plays into it (`src/sync/scheduled.rs`).
//! * `WEAKCACHE_FAULT=…`: a step done wrong (`controls`).

use std::env;
use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::controls::asked;
pub(crate) use crate::controls::fails_with;
use shuttle::scheduler::{PctScheduler, RandomScheduler, ReplayScheduler};
use shuttle::{Config, MaxSteps, Runner};
use weakcache_runtime::__private::fault::{Fault, commit};

/// Whether this is a control of what the model itself may do wrong.
pub(crate) fn is_control() -> bool {
    asked() == Some(Fault::None)
}

fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 256 << 10;
    config.max_steps = MaxSteps::FailAfter(200_000);
    config.silence_warnings = true;
    config
}

/// Runs `f` under so many schedules by chance, and as many with few preemptions in places by chance, which finds other
/// faults ("A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs", Burckhardt et al., ASPLOS 2010).
pub(crate) fn model(schedules: usize, f: fn()) {
    // Models share what is static, and the fault.
    static SERIAL: Mutex<()> = Mutex::new(());
    let _serial = SERIAL.lock().unwrap_or_else(PoisonError::into_inner);
    commit(asked().unwrap_or(Fault::None));
    if let Ok(schedule) = env::var("WEAKCACHE_REPLAY") {
        Runner::new(ReplayScheduler::new_from_encoded(&schedule), config()).run(f);
        return;
    }
    let times = env::var("WEAKCACHE_SCHEDULES").map_or(1, |times| times.parse().expect("a number"));
    // A control is over as soon as it has seen what it is to see.
    let schedules = schedules * if asked().is_some() { 10 } else { times };
    Runner::new(RandomScheduler::new(schedules), config()).run(f);
    for depth in [2, 4] {
        Runner::new(PctScheduler::new(depth, schedules / 2), config()).run(f);
    }
}

/// Others may get their turn here, unless somebody unwinds.
pub(crate) fn turn() {
    if !std::thread::panicking() {
        shuttle::thread::sleep(Duration::ZERO);
    }
}

/// What a model panics with: no message, and no schedule, for each of them.
struct Expected;

/// Whether somebody unwinds.
static UNWINDS: AtomicBool = AtomicBool::new(false);

/// Panics as a model is to, when nobody else does: the runtime could not tell two of them apart, as it could two threads.
pub(crate) fn fail() -> ! {
    while UNWINDS.swap(true, SeqCst) {
        shuttle::thread::yield_now();
    }
    resume_unwind(Box::new(Expected))
}

/// What `f` returns, unless it panics as it is to.
pub(crate) fn caught<R>(f: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(result) => Some(result),
        Err(payload) if payload.is::<Expected>() => {
            UNWINDS.store(false, SeqCst);
            None
        }
        Err(payload) => resume_unwind(payload),
    }
}

/// The same of a future.
pub(crate) async fn caught_async<R>(future: impl Future<Output = R>) -> Option<R> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| match caught(|| future.as_mut().poll(cx)) {
        Some(poll) => poll.map(Some),
        None => std::task::Poll::Ready(None),
    })
    .await
}

/// Below `most`, as the schedule has it.
pub(crate) fn any(most: u64) -> u64 {
    use shuttle::rand::Rng;
    shuttle::rand::thread_rng().gen_range(0..most)
}

/// A key whose comparison is user code, in which others may get their turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key(pub(crate) u64);

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        turn();
        self.0 == other.0
    }
}

impl Eq for Key {}

/// Runs the same in some threads at once.
pub(crate) fn at_once<const N: usize, S: Send + Sync + 'static>(shared: S, work: fn(&S, u64)) -> Arc<S> {
    let shared = Arc::new(shared);
    let threads: [_; N] = std::array::from_fn(|number| {
        let shared = shared.clone();
        shuttle::thread::spawn(move || work(&shared, number as u64))
    });
    for thread in threads {
        thread.join().unwrap();
    }
    shared
}

/// Who is where only one may be. Says if there are two.
#[derive(Default)]
pub(crate) struct Alone(AtomicBool);

pub(crate) struct Within<'a>(&'a Alone);

impl Alone {
    pub(crate) fn enter(&self) -> Within<'_> {
        assert!(!self.0.swap(true, SeqCst), "there is another one");
        Within(self)
    }
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        self.0.0.store(false, SeqCst);
    }
}

/// Who holds the value of a key at the moment, by its address: all have the same.
#[derive(Default)]
pub(crate) struct Holders(Mutex<Vec<(u64, usize, u64)>>);

pub(crate) struct Holding<'a> {
    holders: &'a Holders,
    id: u64,
}

impl Holders {
    fn with<R>(&self, work: impl FnOnce(&mut Vec<(u64, usize, u64)>) -> R) -> R {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes a value, and asserts that nobody has another one of its key. Is to be dropped before the value.
    pub(crate) fn hold(&self, key: u64, address: usize) -> Holding<'_> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, SeqCst);
        self.with(|all| {
            let other = all.iter().find(|(of, at, _)| *of == key && *at != address);
            assert!(other.is_none(), "two values of {key}");
            all.push((key, address, id));
        });
        Holding { holders: self, id }
    }

    /// What is held of a key during a whole look-up is found by it, and it is that.
    pub(crate) fn look_up<V>(
        &self,
        key: u64,
        look_up: impl FnOnce() -> Option<V>,
        address: impl Fn(&V) -> usize,
    ) -> Option<V> {
        let of_key = |all: &mut Vec<(u64, usize, u64)>| {
            all.iter().filter(|(of, ..)| *of == key).copied().collect::<Vec<_>>()
        };
        let before = self.with(of_key);
        let found = look_up();
        let after = self.with(of_key);
        if let Some((_, at, _)) = before.iter().find(|holder| after.contains(holder)) {
            assert_eq!(found.as_ref().map(address), Some(*at), "what of {key} is held is found");
        }
        found
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        self.holders.with(|all| all.retain(|(_, _, id)| *id != self.id));
    }
}
