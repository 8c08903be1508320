//! A cache with a name, as the list of all caches knows it.

use super::super::cache::AnyCache;
use super::super::listed::add;
use crate::listed::{Listing, report};
use std::panic::Location;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use weakcache_inspect::{Inspect, Kind, Report};

/// The name of a cache, and that it is listed.
pub(super) struct Named {
    // Dropped first: then nobody asks it any more.
    #[expect(dead_code, reason = "for its drop")]
    listing: Listing,
    pub(super) name: Arc<Name>,
}

/// What is shared with the list.
pub(super) struct Name {
    pub(super) text: Box<str>,
    /// What [`Cache`](super::Cache) counts beside its engine.
    pub(super) missed: AtomicU64,
}

impl Named {
    pub(super) fn new(
        text: Box<str>,
        location: &'static Location<'static>,
        cache: &Arc<dyn AnyCache + Send + Sync>,
    ) -> Self {
        let name = Arc::new(Name { text, missed: AtomicU64::new(0) });
        let listing = Listing::new(Listed { name: name.clone(), location, cache: Arc::downgrade(cache) });
        Self { listing, name }
    }
}

struct Listed {
    name: Arc<Name>,
    location: &'static Location<'static>,
    cache: Weak<dyn AnyCache + Send + Sync>,
}

impl Inspect for Listed {
    fn report(&self) -> Option<Report> {
        let mut report = report(Kind::Cache, self.name.text.clone().into(), self.location);
        add(&mut report, &*self.cache.upgrade()?);
        report.misses += self.name.missed.load(Relaxed);
        Some(report)
    }

    fn clear(&self) {
        if let Some(cache) = self.cache.upgrade() {
            self.name.missed.store(0, Relaxed);
            cache.any_clear();
        }
    }

    fn sweep(&self) -> usize {
        self.cache.upgrade().map_or(0, |cache| cache.any_sweep())
    }
}
