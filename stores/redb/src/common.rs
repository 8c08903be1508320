//! What those who read and the thread that writes have in common.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::error::{Fault, OpenError};
use crate::step::Change;
use crate::tables::{Marks, Snapshot};

/// The time of the wall, in milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A panic of redb's, as an error.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    // What redb leaves behind when it panics is not looked at again: the fault is final.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| Err(Fault::panicked(&*payload)))
}

/// What the thread is asked to do.
pub(crate) enum Job {
    Write(Write),
    Compact(Sender<Result<u64, Fault>>),
}

/// A change on its way to the file.
pub(crate) struct Write {
    pub(crate) change: Change,
    pub(crate) done: Sender<Result<u64, Fault>>,
    /// Counted as waiting until this is dropped, written or not.
    pub(crate) _waiting: Waiting,
}

pub(crate) struct Waiting {
    bytes: usize,
    common: Arc<Common>,
}

impl Waiting {
    /// Counts these bytes, and says how many were there before.
    pub(crate) fn begin(common: &Arc<Common>, bytes: usize) -> (Self, usize) {
        let before = common.queued.fetch_add(bytes, Relaxed);
        (Self { bytes, common: Arc::clone(common) }, before)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.common.queued.fetch_sub(self.bytes, Relaxed);
    }
}

pub(crate) enum Phase {
    /// Nobody has asked for it.
    Unopened,
    Opening,
    Open(Sender<Job>),
    Failed(OpenError, Instant),
}

/// What those who read and the one that writes have in common.
pub(crate) struct Common {
    phase: Mutex<Phase>,
    pub(crate) opened: Condvar,
    /// `None` until it is open, after it failed, and while it is compacted.
    snapshot: RwLock<Option<Arc<Snapshot>>>,
    queued: AtomicUsize,
    pub(crate) marks: Option<Marks>,
    pub(crate) entries: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) evictions: AtomicU64,
    pub(crate) swept: AtomicU64,
}

impl Common {
    pub(crate) fn new(marks: bool) -> Self {
        Self {
            phase: Mutex::new(Phase::Unopened),
            opened: Condvar::new(),
            snapshot: RwLock::new(None),
            queued: AtomicUsize::new(0),
            marks: marks.then(Marks::new),
            entries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            evictions: AtomicU64::new(0),
            swept: AtomicU64::new(0),
        }
    }

    pub(crate) fn phase(&self) -> MutexGuard<'_, Phase> {
        // Nothing that runs under it leaves it half changed.
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn publish(&self, snapshot: Option<Arc<Snapshot>>) {
        let old = {
            let mut place = self.snapshot.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *place, snapshot)
        };
        // Outside of the lock: it may be the last to hold the pages of a commit.
        let _ = caught(move || {
            drop(old);
            Ok(())
        });
    }

    pub(crate) fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.snapshot.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn enter(&self, phase: Phase) {
        // The sender in an old phase is the writer's sign to end.
        let old = std::mem::replace(&mut *self.phase(), phase);
        self.opened.notify_all();
        drop(old);
    }

    /// It is open, unless it was given up meanwhile: kept by the thread itself, the sender would never be its sign to end.
    pub(crate) fn enter_open(&self, jobs: Sender<Job>) {
        let mut phase = self.phase();
        if matches!(*phase, Phase::Opening) {
            *phase = Phase::Open(jobs);
        }
        drop(phase);
        self.opened.notify_all();
    }

    pub(crate) fn fail(&self, error: OpenError) {
        self.publish(None);
        self.enter(Phase::Failed(error, Instant::now()));
    }
}

/// Why a call failed.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    Open(OpenError),
    Fault(Fault),
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
