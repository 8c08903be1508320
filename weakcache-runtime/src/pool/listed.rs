//! A pool with a name, as the list of all caches knows it.
#![forbid(unsafe_code)]

use crate::listed::{Listing, report};
use crate::pool::{Gate, PoolInfo, Rack, info};
use crate::sync::Mutex;
use std::panic::Location;
use std::sync::{Arc, Weak};
use weakcache_inspect::{Inspect, Kind, Report};

/// Lists a pool. A function, since a pool of what cannot go to another thread has no name.
pub(super) type List<T> = fn(Listed<T>) -> Listing;

pub(super) struct Listed<T> {
    pub(super) name: String,
    pub(super) location: &'static Location<'static>,
    pub(super) racks: Weak<[Rack<T>]>,
    pub(super) gate: Weak<Mutex<Gate>>,
    pub(super) max_live: usize,
}

impl<T: Send> Inspect for Listed<T> {
    fn report(&self) -> Option<Report> {
        let (racks, gate) = (self.racks.upgrade()?, self.gate.upgrade()?);
        let PoolInfo { live, created, reused, discarded, .. } = info(&racks, &gate);
        let mut report = report(Kind::Pool, self.name.clone(), self.location);
        (report.len, report.capacity) = (live, (self.max_live < usize::MAX).then_some(self.max_live));
        (report.hits, report.misses, report.evictions) = (reused, created, discarded);
        report.bytes = size_of_val(&*racks) + live * size_of::<T>();
        Some(report)
    }
}

pub(super) fn list<T: Send + 'static>(pool: Listed<T>) -> Listing {
    Listing::new(pool)
}

impl<T> Listed<T> {
    pub(super) fn new(
        name: String,
        location: &'static Location<'static>,
        (racks, gate): (&Arc<[Rack<T>]>, &Arc<Mutex<Gate>>),
        max_live: usize,
    ) -> Self {
        Self { name, location, racks: Arc::downgrade(racks), gate: Arc::downgrade(gate), max_live }
    }
}
