//! Tasks polled by hand: who is polled when, on which thread and with which waker is the test's to say.
//!
//! Nothing is polled but what was woken, unless a test asks for it. So a lost wake-up is not a hang: it is a
//! set of unfinished tasks of which none is awake.

use std::collections::BTreeMap;
use std::mem;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// What the wakers of a task ring.
#[derive(Default)]
struct Bell {
    rung: AtomicBool,
    gone: AtomicBool,
    /// Rings after the task was dropped.
    late: AtomicUsize,
}

/// The waker of one poll: no two polls of a task have wakers that are alike.
struct Rope(Arc<Bell>);

impl Wake for Rope {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.rung.store(true, SeqCst);
        if self.0.gone.load(SeqCst) {
            self.0.late.fetch_add(1, SeqCst);
        }
    }
}

/// A future on its way.
pub(crate) struct Task<F: Future> {
    future: Option<Pin<Box<F>>>,
    bell: Arc<Bell>,
    polls: usize,
    output: Option<F::Output>,
}

/// A future of any type, for tasks of which there are several kinds.
pub(crate) type Any<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
pub(crate) type AnyLocal<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

impl<F: Future> Task<F> {
    /// Awake, as a task that was just spawned.
    pub(crate) fn new(future: F) -> Self {
        let bell = Bell { rung: AtomicBool::new(true), ..Bell::default() };
        Self { future: Some(Box::pin(future)), bell: Arc::new(bell), polls: 0, output: None }
    }

    /// Polls it, awake or not, with a waker of its own. Says whether it is done.
    pub(crate) fn poll(&mut self) -> bool {
        let Some(future) = &mut self.future else { return true };
        self.bell.rung.store(false, SeqCst);
        self.polls += 1;
        let waker = Waker::from(Arc::new(Rope(self.bell.clone())));
        let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) else {
            return false;
        };
        self.output = Some(output);
        self.cancel();
        true
    }

    /// Drops the future.
    pub(crate) fn cancel(&mut self) {
        self.future = None;
        self.bell.gone.store(true, SeqCst);
    }

    pub(crate) fn is_awake(&self) -> bool {
        self.future.is_some() && self.bell.rung.load(SeqCst)
    }

    /// Whether it is neither done nor dropped.
    pub(crate) fn is_alive(&self) -> bool {
        self.future.is_some()
    }

    pub(crate) fn polls(&self) -> usize {
        self.polls
    }

    pub(crate) fn output(&self) -> Option<&F::Output> {
        self.output.as_ref()
    }

    pub(crate) fn into_output(mut self) -> Option<F::Output> {
        self.output.take()
    }

    /// Whether no one holds a waker of it, or has woken it after it was done or dropped.
    pub(crate) fn is_forgotten(&self) -> bool {
        Arc::strong_count(&self.bell) == 1 && self.bell.late.load(SeqCst) == 0
    }

    /// Polls it until it is done. Panics if it sleeps.
    pub(crate) fn finish(mut self) -> F::Output {
        while !self.poll() {
            assert!(self.is_awake(), "asleep, and no one is left to wake it");
        }
        self.output.take().expect("done")
    }
}

/// What is done with a future that never has to wait for another task.
pub(crate) fn finish<F: Future>(future: F) -> F::Output {
    Task::new(future).finish()
}

/// What a future comes to that does not wait. Allocates nothing: it has no waker of its own.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

/// Pending so many times, and awake again at once: woken by reference, by value and through a clone in turn.
pub(crate) async fn yields(times: usize) {
    for time in 0..times {
        let mut first = true;
        std::future::poll_fn(|cx| {
            if !mem::take(&mut first) {
                return Poll::Ready(());
            }
            match time % 3 {
                0 => cx.waker().wake_by_ref(),
                1 => {
                    let waker = cx.waker().clone();
                    waker.wake();
                }
                _ => cx.waker().clone().wake_by_ref(),
            }
            Poll::Pending
        })
        .await;
    }
}

/// A gate that stays shut until it is opened, once and for all.
pub(crate) struct Gate(Mutex<Bars>);

struct Bars {
    open: bool,
    came: u64,
    waiting: BTreeMap<u64, Waker>,
}

impl Gate {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Bars { open: false, came: 0, waiting: BTreeMap::new() }))
    }

    pub(crate) fn open(&self) {
        let wakers = {
            let mut gate = self.0.lock().unwrap();
            gate.open = true;
            mem::take(&mut gate.waiting)
        };
        wakers.into_values().for_each(Waker::wake);
    }

    /// Waits for it to be opened.
    pub(crate) fn pass(&self) -> Pass<'_> {
        Pass(self, None)
    }
}

pub(crate) struct Pass<'a>(&'a Gate, Option<u64>);

impl Future for Pass<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut gate = self.0.0.lock().unwrap();
        if gate.open {
            return Poll::Ready(());
        }
        let number = self.1.unwrap_or(gate.came);
        gate.came = gate.came.max(number + 1);
        let old = gate.waiting.insert(number, cx.waker().clone());
        drop(gate);
        drop(old);
        self.1 = Some(number);
        Poll::Pending
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.1 {
            let waker = self.0.0.lock().unwrap().waiting.remove(&number);
            drop(waker);
        }
    }
}
