//! Who does what, for the case that somebody does it for too long.

use std::cell::Cell;
use std::fmt::{self, Display};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};

use crate::THREADS;

/// What a thread does, as one of the kinds that the report counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    Resting,
    Interning,
    Memoizing,
    Tasks,
    Weak,
    Pool,
    Dropping,
}

pub(crate) const ALL: [Doing; 7] = [
    Doing::Resting,
    Doing::Interning,
    Doing::Memoizing,
    Doing::Tasks,
    Doing::Weak,
    Doing::Pool,
    Doing::Dropping,
];

#[repr(align(128))]
struct Thread {
    doing: AtomicU8,
    step: AtomicU64,
    /// How many of its tasks are not done.
    tasks: AtomicU64,
    counts: [AtomicU64; ALL.len()],
}

static ALL_THREADS: [Thread; THREADS] = [const {
    Thread {
        doing: AtomicU8::new(0),
        step: AtomicU64::new(0),
        tasks: AtomicU64::new(0),
        counts: [const { AtomicU64::new(0) }; ALL.len()],
    }
}; THREADS];

thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(0) };
}

/// This thread is that number.
pub(crate) fn i_am(number: usize) {
    NUMBER.set(number);
}

fn me() -> &'static Thread {
    &ALL_THREADS[NUMBER.get()]
}

pub(crate) fn begin(doing: Doing) {
    let me = me();
    me.doing.store(doing as u8, Relaxed);
    me.counts[doing as usize].fetch_add(1, Relaxed);
}

/// What of it, as a letter of the program and a number: the arm of the match that chose, and the key.
pub(crate) fn step(arm: u64, key: u64) {
    me().step.store(arm << 32 | key, Relaxed);
}

pub(crate) fn tasks(left: usize) {
    me().tasks.store(left as u64, Relaxed);
}

pub(crate) fn count(doing: Doing) -> u64 {
    ALL_THREADS.iter().map(|thread| thread.counts[doing as usize].load(Relaxed)).sum()
}

/// How much each thread has done: what has not moved, hangs.
pub(crate) fn progress() -> [u64; THREADS] {
    ALL_THREADS.each_ref().map(|thread| thread.counts.iter().map(|count| count.load(Relaxed)).sum())
}

/// What a thread does now.
pub(crate) struct Now(pub(crate) usize);

impl Display for Now {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thread = &ALL_THREADS[self.0];
        let (doing, step) = (ALL[usize::from(thread.doing.load(Relaxed))], thread.step.load(Relaxed));
        write!(f, "thread {}: {doing:?}, arm {} with key {}", self.0, step >> 32, step & 0xFFFF_FFFF)?;
        match thread.tasks.load(Relaxed) {
            0 => Ok(()),
            tasks => write!(f, ", {tasks} tasks not done"),
        }
    }
}
