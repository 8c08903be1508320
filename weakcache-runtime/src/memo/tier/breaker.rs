//! When a store that fails is left alone.
#![forbid(unsafe_code)]

use crate::clock::{self, Tick};
use crate::store::Circuit;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// The failures in a row, and until when the store is left alone.
///
/// It is *closed* while there are few: all may ask. After that it is *open* until a time, and then *half open*: who comes
/// first moves that time on, and asks. So there is one at a time, and one whose outcome nobody hears of, as that of a task
/// that was dropped, is followed by the next.
#[derive(Default)]
pub(super) struct Breaker {
    failures: AtomicU32,
    until: AtomicU64,
}

impl Breaker {
    pub(super) const fn new() -> Self {
        Self { failures: AtomicU32::new(0), until: AtomicU64::new(0) }
    }

    /// Whether the store may be asked.
    pub(super) fn may_ask(&self, circuit: Circuit) -> bool {
        if self.failures.load(Relaxed) < circuit.failures.max(1) {
            return true;
        }
        let (until, now) = (self.until.load(Relaxed), clock::exact());
        now >= until && self.until.compare_exchange(until, end(circuit, now), Relaxed, Relaxed).is_ok()
    }

    /// It was, and answered.
    pub(super) fn succeeded(&self) {
        // Not written where nothing changes: threads share it.
        if self.failures.load(Relaxed) > 0 {
            self.failures.store(0, Relaxed);
        }
    }

    /// It was, and did not.
    pub(super) fn failed(&self, circuit: Circuit) {
        let failures = self.failures.load(Relaxed).saturating_add(1);
        self.until.store(end(circuit, clock::exact()), Relaxed);
        self.failures.store(failures, Relaxed);
    }
}

fn end(circuit: Circuit, now: Tick) -> Tick {
    now.saturating_add(clock::nanos(circuit.pause))
}

#[cfg(test)]
mod tests {
    use super::Breaker;
    use crate::clock::Mock;
    use crate::store::Circuit;
    use std::time::Duration;

    #[test]
    fn opens_and_tries_one_at_a_time() {
        let clock = Mock::new();
        let _installed = clock.install();
        let circuit = Circuit { failures: 3, pause: Duration::from_secs(2) };
        let breaker = Breaker::new();
        for _ in 0..2 {
            breaker.failed(circuit);
            assert!(breaker.may_ask(circuit));
        }
        breaker.succeeded();
        for _ in 0..3 {
            assert!(breaker.may_ask(circuit), "failures in a row are counted");
            breaker.failed(circuit);
        }
        assert!(!breaker.may_ask(circuit));
        clock.advance(Duration::from_millis(1999));
        assert!(!breaker.may_ask(circuit));
        clock.advance(Duration::from_millis(1));
        assert!(breaker.may_ask(circuit));
        assert!(!breaker.may_ask(circuit), "another is at it");
        breaker.failed(circuit);
        assert!(!breaker.may_ask(circuit));
        clock.advance(Duration::from_secs(2));
        assert!(breaker.may_ask(circuit));
        clock.advance(Duration::from_secs(2));
        assert!(breaker.may_ask(circuit), "of the last nobody heard");
        breaker.succeeded();
        assert!((0..10).all(|_| breaker.may_ask(circuit)));
    }
}
