//! Futures of a thread, run to their end or dropped before it; and wakes that come from other threads.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::census::{Count, add};
use crate::chaos::{Fault, strikes, survive};
use crate::random::{below, once_in};
use crate::watch;

/// Wakers that were left for whichever thread comes by.
static LEFT: Mutex<Vec<Waker>> = Mutex::new(Vec::new());

/// Wakes all that others have left.
pub(crate) fn wake_others() {
    let left = std::mem::take(&mut *LEFT.lock().unwrap_or_else(PoisonError::into_inner));
    left.into_iter().for_each(Waker::wake);
}

/// Gives way some times: to the other tasks of the thread, or until another thread comes by.
pub(crate) async fn yields() {
    for _ in 0..below(4) {
        let (mut given_way, remote) = (false, once_in(4));
        std::future::poll_fn(|cx| {
            if given_way {
                return Poll::Ready(());
            }
            given_way = true;
            if remote {
                LEFT.lock().unwrap_or_else(PoisonError::into_inner).push(cx.waker().clone());
            } else {
                cx.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await;
    }
}

struct Flag {
    woken: AtomicBool,
    thread: Thread,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        if strikes(Fault::Wake, 10_000) {
            return;
        }
        self.woken.store(true, SeqCst);
        self.thread.unpark();
    }
}

struct Task<'a> {
    future: Option<Pin<Box<dyn Future<Output = ()> + 'a>>>,
    /// How often it is polled before it is dropped, if it is.
    patience: u64,
    flag: Arc<Flag>,
}

impl Task<'_> {
    /// Whether there is more to come.
    fn poll(&mut self) -> bool {
        let Some(future) = &mut self.future else { return false };
        if self.patience == 0 {
            add(Count::Cancellations);
            survive(|| self.future = None);
            return false;
        }
        if !self.flag.woken.swap(false, SeqCst) {
            return true;
        }
        self.patience -= 1;
        let waker = Waker::from(Arc::clone(&self.flag));
        let polled = survive(|| future.as_mut().poll(&mut Context::from_waker(&waker)));
        if polled == Some(Poll::Pending) {
            return true;
        }
        survive(|| self.future = None);
        false
    }
}

/// Runs all of them on this thread, side by side; every third is dropped on its way. A task is polled after a wake, and
/// never for another reason: so one that is not woken is never done.
pub(crate) fn run<'a>(futures: impl IntoIterator<Item = Pin<Box<dyn Future<Output = ()> + 'a>>>) {
    let mut tasks: Vec<_> = futures
        .into_iter()
        .map(|future| Task {
            future: Some(future),
            patience: if once_in(3) { below(5) } else { u64::MAX },
            flag: Arc::new(Flag { woken: AtomicBool::new(true), thread: thread::current() }),
        })
        .collect();
    loop {
        tasks.retain_mut(Task::poll);
        watch::tasks(tasks.len());
        if tasks.is_empty() {
            return;
        }
        wake_others();
        if !tasks.iter().any(|task| task.flag.woken.load(SeqCst)) {
            // For what is left by threads that wait too.
            thread::park_timeout(Duration::from_millis(1));
        }
    }
}
