//! Work that blocks, for tasks, which do not.
#![forbid(unsafe_code)]

use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

/// Runs what never waits.
pub(in super::super) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a store that blocks is ready when it returns"),
    }
}

/// Of what is over within this time nobody need be woken.
const SOON: Duration = Duration::from_millis(100);

/// Runs it on a thread of its own, also if the future is dropped. Ready when that is over, panic or not: at once, if it is
/// over soon. Where there is no thread to be had, it runs here.
pub(super) fn elsewhere(work: impl FnOnce() + Send + 'static) -> Elsewhere {
    let shared = Arc::<Shared>::default();
    let ending = Ending(shared.clone());
    // A closure that was not started comes back by this.
    let work = Arc::new(Mutex::new(Some(work)));
    let (take, of) = (|work: &Mutex<Option<_>>| lock(work).take(), work.clone());
    let run = move || {
        let _ending = ending;
        if let Some(work) = take(&of) {
            work();
        }
    };
    if thread::Builder::new().name("weakcache-store".to_owned()).spawn(run).is_err()
        && let Some(work) = take(&work)
    {
        work();
    }
    let is_on = |state: &mut State| !state.is_over;
    drop(shared.over.wait_timeout_while(lock(&shared.state), SOON, is_on));
    Elsewhere(shared)
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Default)]
struct State {
    is_over: bool,
    waker: Option<Waker>,
}

/// Of what runs elsewhere.
#[must_use = "a future does nothing unless it is awaited"]
pub(super) struct Elsewhere(Arc<Shared>);

struct Ending(Arc<Shared>);

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that runs under it leaves it half changed.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Future for Elsewhere {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Cloned and dropped without the lock: it is other people's code.
        let waker = cx.waker().clone();
        let mut state = lock(&self.0.state);
        if state.is_over {
            return Poll::Ready(());
        }
        let old = state.waker.replace(waker);
        drop((state, old));
        Poll::Pending
    }
}

impl Drop for Ending {
    fn drop(&mut self) {
        let waker = {
            let mut state = lock(&self.0.state);
            state.is_over = true;
            state.waker.take()
        };
        self.0.over.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{at_once, elsewhere};
    use std::pin::pin;
    use std::sync::mpsc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread;
    use std::time::{Duration, Instant};

    struct Bell(mpsc::Sender<()>);

    impl Wake for Bell {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.send(()).unwrap();
        }
    }

    #[test]
    fn what_is_over_soon_is_ready_at_once() {
        let here = thread::current().id();
        let (said, hears) = mpsc::channel();
        at_once(elsewhere(move || said.send(thread::current().id()).unwrap()));
        assert_ne!(hears.recv().unwrap(), here);
    }

    #[test]
    fn what_is_not_wakes_whoever_asked_last_however_it_ends() {
        let (go, may_go) = mpsc::channel::<()>();
        let begin = Instant::now();
        let mut waits = pin!(elsewhere(move || may_go.recv().expect("nobody says so")));
        assert!(begin.elapsed() < Duration::from_secs(5));
        let (bell, rung) = mpsc::channel();
        let waker = Waker::from(std::sync::Arc::new(Bell(bell)));
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(waits.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(go);
        rung.recv_timeout(Duration::from_secs(10)).unwrap();
        assert_eq!(waits.poll(&mut Context::from_waker(&waker)), Poll::Ready(()));
    }
}
