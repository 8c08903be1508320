//! What several modules need.

pub(crate) mod alloc;

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// Runs `f` on a thread of its own and fails if it hangs.
pub(crate) fn watched<R: Send + 'static>(f: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, wait) = channel();
    let worker = thread::spawn(move || {
        let result = f();
        let _ = done.send(());
        result
    });
    match wait.recv_timeout(Duration::from_mins(2)) {
        Err(RecvTimeoutError::Timeout) => panic!("still running after two minutes: a deadlock"),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => {}
    }
    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Runs `f(0)`, `f(1)`, … on a thread each, and joins them all.
pub(crate) fn on_threads(threads: usize, f: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        let f = &f;
        let workers: Vec<_> = (0..threads).map(|thread| scope.spawn(move || f(thread))).collect();
        for worker in workers {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    });
}

/// As std's, but it spins: those who wait leave within nanoseconds of each other, which is what races need;
/// and the thread sanitizer can see into it.
pub(crate) struct Barrier {
    threads: usize,
    arrived: AtomicUsize,
}

impl Barrier {
    pub(crate) fn new(threads: usize) -> Self {
        Self { threads, arrived: AtomicUsize::new(0) }
    }

    /// Waits until all threads are here; true for the last one.
    pub(crate) fn wait(&self) -> bool {
        let mine = self.arrived.fetch_add(1, Ordering::AcqRel) + 1;
        let all = mine.next_multiple_of(self.threads);
        let mut spins = 0_u32;
        while self.arrived.load(Ordering::Acquire) < all {
            spins += 1;
            if spins.is_multiple_of(64) { thread::yield_now() } else { std::hint::spin_loop() }
        }
        mine == all
    }
}

/// The worst hasher there is.
#[derive(Default)]
pub(crate) struct ConstantHasher;
pub(crate) type Constant = BuildHasherDefault<ConstantHasher>;

impl Hasher for ConstantHasher {
    fn finish(&self) -> u64 {
        42
    }
    fn write(&mut self, _: &[u8]) {}
}

/// Pseudo-random numbers, the same in every run (`SplitMix64`, by Sebastiano Vigna).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).expect("below a usize")
    }
}
