//! When a store that fails is left alone.
#![forbid(unsafe_code)]

use crate::clock::{self, Tick};
use crate::store::Circuit;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The failures in a row, and until when the store is left alone.
///
/// It is *closed* while there are few: all may ask. After that it is *open* until a time, and then *half open*: who comes
/// first asks, and all others are sent away, until there is an outcome. One whose outcome nobody hears of, as that of a task
/// that was dropped, is followed by the next after the same pause; one that is neither told nor dropped, as a task that is
/// not polled any more, after the longest.
pub(super) struct Breaker {
    /// In a row. Written under the lock, read without: nobody takes that while all is well.
    failures: AtomicU32,
    open: Mutex<Option<Open>>,
}

/// That it is not closed.
struct Open {
    until: Tick,
    /// How many have tried since, in vain.
    attempts: u32,
    /// Counts those who try: who does now, if somebody does.
    tries: u64,
    is_tried: bool,
}

/// The right to ask once. Dropped, it is an outcome that nobody knows.
#[must_use = "what comes of it is to be told"]
pub(super) struct Asking<'a> {
    breaker: &'a Breaker,
    circuit: Circuit,
    began: Tick,
    /// Which of those who try it is, if it is one.
    tries: Option<u64>,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self { failures: AtomicU32::new(0), open: Mutex::new(None) }
    }

    fn open(&self) -> MutexGuard<'_, Option<Open>> {
        // No user code runs under it.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The right to ask the store, unless that is to be left alone.
    pub(super) fn may_ask(&self, circuit: Circuit) -> Option<Asking<'_>> {
        let now = clock::exact();
        let mut tries = None;
        if self.failures.load(Relaxed) > 0
            && let Some(open) = &mut *self.open()
        {
            if now < open.until {
                return None;
            }
            open.tries += 1;
            open.is_tried = true;
            open.until = after(now, clock::nanos(circuit.longest()));
            tries = Some(open.tries);
        }
        Some(Asking { breaker: self, circuit, began: now, tries })
    }
}

impl Asking<'_> {
    /// It answered.
    pub(super) fn succeeded(self) {
        if self.breaker.failures.load(Relaxed) > 0 {
            let mut open = self.breaker.open();
            *open = None;
            self.breaker.failures.store(0, Relaxed);
        }
    }

    /// It did not. Where it was asked to wait for somebody, how long that took says nothing of it.
    pub(super) fn failed(mut self, waited: bool) {
        let now = clock::exact();
        let took = if waited { 0 } else { now.saturating_sub(self.began) };
        let pause = |attempts| after(now, clock::nanos(self.circuit.after(attempts)).max(took));
        let mut open = self.breaker.open();
        let failures = self.breaker.failures.load(Relaxed).saturating_add(1);
        self.breaker.failures.store(failures, Relaxed);
        match &mut *open {
            Some(open) if open.is_tried_by(self.tries) => {
                open.attempts = open.attempts.saturating_add(1);
                open.until = pause(open.attempts);
                open.is_tried = false;
            }
            // Begun before: it says nothing new.
            Some(_) => {}
            none if failures >= self.circuit.failures.max(1) => {
                *none = Some(Open { until: pause(0), attempts: 0, tries: 0, is_tried: false });
            }
            None => {}
        }
        drop(open);
        self.tries = None;
    }
}

impl Open {
    fn is_tried_by(&self, tries: Option<u64>) -> bool {
        self.is_tried && tries == Some(self.tries)
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if self.tries.is_some()
            && let Some(open) = &mut *self.breaker.open()
            && open.is_tried_by(self.tries)
        {
            open.until = after(clock::exact(), clock::nanos(self.circuit.after(open.attempts)));
            open.is_tried = false;
        }
    }
}

fn after(now: Tick, pause: Tick) -> Tick {
    now.saturating_add(pause)
}

#[cfg(test)]
mod tests {
    use super::{Asking, Breaker};
    use crate::clock::Mock;
    use crate::store::Circuit;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);
    const CIRCUIT: Circuit = Circuit { failures: 3, pause: SECOND };

    fn ask(breaker: &Breaker) -> Asking<'_> {
        breaker.may_ask(CIRCUIT).expect("the store is not left alone")
    }

    fn is_left_alone(breaker: &Breaker) -> bool {
        breaker.may_ask(CIRCUIT).is_none()
    }

    fn opened() -> Breaker {
        let breaker = Breaker::new();
        for _ in 0..3 {
            ask(&breaker).failed(false);
        }
        breaker
    }

    #[test]
    fn failures_in_a_row_are_counted() {
        let clock = Mock::new();
        let _installed = clock.install();
        let breaker = Breaker::new();
        for _ in 0..2 {
            ask(&breaker).failed(false);
        }
        ask(&breaker).succeeded();
        for _ in 0..3 {
            ask(&breaker).failed(false);
        }
        assert!(is_left_alone(&breaker));
    }

    #[test]
    fn pauses_grow_and_one_tries_after_each() {
        let clock = Mock::new();
        let _installed = clock.install();
        let breaker = opened();
        for pause in [1, 2, 4, 8, 16, 32, 32, 32] {
            clock.advance((SECOND * pause).saturating_sub(Duration::from_nanos(1)));
            assert!(is_left_alone(&breaker), "for {pause} s");
            clock.advance(Duration::from_nanos(1));
            let one = ask(&breaker);
            assert!(is_left_alone(&breaker), "another is at it");
            one.failed(false);
            assert!(is_left_alone(&breaker));
        }
        clock.advance(SECOND * 32);
        ask(&breaker).succeeded();
        let all: Vec<_> = (0..10).map(|_| ask(&breaker)).collect();
        for one in all {
            one.failed(false);
        }
        clock.advance(SECOND);
        ask(&breaker).succeeded();
    }

    #[test]
    fn no_pause_is_shorter_than_the_step_that_failed() {
        let clock = Mock::new();
        let _installed = clock.install();
        let breaker = opened();
        clock.advance(SECOND);
        for (step, pause) in [(10, 10), (10, 10), (1, 8), (20, 20)] {
            let one = ask(&breaker);
            clock.advance(SECOND * step);
            assert!(is_left_alone(&breaker), "another is at it, and takes long");
            one.failed(false);
            clock.advance(SECOND * (pause - 1));
            assert!(is_left_alone(&breaker), "after {step} s");
            clock.advance(SECOND);
        }
        ask(&breaker).succeeded();
    }

    #[test]
    fn one_of_whom_nobody_hears_is_followed_by_the_next() {
        let clock = Mock::new();
        let _installed = clock.install();
        let breaker = opened();
        for _ in 0..3 {
            clock.advance(SECOND);
            drop(ask(&breaker));
            assert!(is_left_alone(&breaker), "for the same time");
        }
        clock.advance(SECOND);
        std::mem::forget(ask(&breaker));
        clock.advance(SECOND * 31);
        assert!(is_left_alone(&breaker));
        clock.advance(SECOND);
        ask(&breaker).succeeded();
    }

    #[test]
    fn what_was_begun_before_says_nothing_new() {
        let clock = Mock::new();
        let _installed = clock.install();
        let breaker = Breaker::new();
        let late: Vec<_> = (0..9).map(|_| ask(&breaker)).collect();
        (0..3).for_each(|_| ask(&breaker).failed(false));
        clock.advance(SECOND);
        let one = ask(&breaker);
        for late in late {
            late.failed(false);
        }
        assert!(is_left_alone(&breaker), "the one is still at it");
        one.failed(false);
        clock.advance(SECOND * 2);
        ask(&breaker).succeeded();
    }
}
