//! That a body runs once at a time for a key; and which invalidation a result comes after.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};

/// The bodies that run, by key.
pub(crate) struct Bodies<const KEYS: usize>([AtomicU32; KEYS]);

impl<const KEYS: usize> Bodies<KEYS> {
    pub(crate) const fn new() -> Self {
        Self([const { AtomicU32::new(0) }; KEYS])
    }

    /// For as long as the body of `key` runs, is cancelled, or unwinds.
    pub(crate) fn enter(&'static self, key: u64) -> Alone {
        let running = &self.0[usize::try_from(key).expect("a key")];
        assert_eq!(running.fetch_add(1, SeqCst), 0, "two bodies of key {key} at once");
        Alone(running)
    }

    pub(crate) fn check_at_rest(&self) {
        assert!(self.0.iter().all(|running| running.load(SeqCst) == 0), "a body runs, but nobody called it");
    }
}

pub(crate) struct Alone(&'static AtomicU32);

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.fetch_sub(1, SeqCst);
    }
}

/// Counts invalidations: of what one that is over has made invisible, nothing may be served to who calls after it.
pub(crate) struct Generations<const CLASSES: usize>([Generation; CLASSES]);

struct Generation {
    begun: AtomicU64,
    over: AtomicU64,
}

impl<const CLASSES: usize> Generations<CLASSES> {
    pub(crate) const fn new() -> Self {
        Self([const { Generation { begun: AtomicU64::new(0), over: AtomicU64::new(0) } }; CLASSES])
    }

    fn of(&self, class: u64) -> &Generation {
        &self.0[usize::try_from(class).expect("a class")]
    }

    /// What a result that is begun now belongs to.
    pub(crate) fn now(&self, class: u64) -> u64 {
        self.of(class).begun.load(SeqCst)
    }

    /// What a result that is asked for now belongs to at least.
    pub(crate) fn least(&self, class: u64) -> u64 {
        self.of(class).over.load(SeqCst)
    }

    pub(crate) fn invalidate(&self, class: u64, invalidate: impl FnOnce()) {
        let new = self.of(class).begun.fetch_add(1, SeqCst) + 1;
        invalidate();
        self.of(class).over.fetch_max(new, SeqCst);
    }
}
