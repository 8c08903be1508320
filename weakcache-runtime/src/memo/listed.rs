//! Caches in the list of all caches: one by one where they are of the process, one for each method where they lie in
//! values, and one for each function where each thread has its own.
#![forbid(unsafe_code)]

use super::cache::AnyCache;
use super::info::CacheInfo;
use crate::listed::{Groups, Label, list_for_good, locked};
use crate::unwind::Panics;
use std::any::TypeId;
use std::cell::RefCell;
use std::mem;
use std::panic::Location;
use std::ptr;
use std::rc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, Weak};
use weakcache_inspect::{Inspect, Kind, Report};

/// The cache of a function, of all threads.
struct OfProcess {
    label: Label,
    cache: &'static (dyn AnyCache + Send + Sync),
}

/// Lists it.
pub(super) fn list(label: Label, cache: &'static (dyn AnyCache + Send + Sync)) {
    list_for_good(Box::leak(Box::new(OfProcess { label, cache })));
}

impl Inspect for OfProcess {
    fn report(&self) -> Option<Report> {
        let mut report = self.label.report(Kind::Memo);
        add(&mut report, self.cache);
        Some(report)
    }

    fn clear(&self) {
        self.cache.any_clear();
    }

    fn sweep(&self) -> usize {
        self.cache.any_sweep()
    }
}

/// Adds what a cache says to a report.
pub(super) fn add(report: &mut Report, cache: &dyn AnyCache) {
    let CacheInfo {
        hits,
        misses,
        evictions,
        expirations,
        len,
        capacity,
        refreshes,
        stale,
        weight,
        store_hits,
        store_failures,
        store_bytes,
    } = cache.any_info();
    report.len += len;
    report.capacity = match (report.capacity, capacity) {
        (Some(sum), Some(capacity)) => Some(sum.saturating_add(capacity)),
        (sum, capacity) => sum.or(capacity),
    };
    report.hits += hits;
    report.misses += misses;
    report.evictions += evictions;
    report.expirations += expirations;
    report.bytes += cache.any_bytes();
    report.add("refreshes", refreshes);
    report.add("stale", stale);
    report.add("weight", weight as u64);
    report.add("store_hits", store_hits);
    report.add("store_failures", store_failures);
    // What went to and fro. It is no memory, so not among the `bytes`.
    report.add("store_bytes", store_bytes);
}

/// What tells functions apart of which there is no static.
type Id = (TypeId, &'static str, &'static Location<'static>);

fn id(of: TypeId, label: &Label) -> Id {
    (of, label.name, label.location)
}

type WeakCache = Weak<dyn AnyCache + Send + Sync>;

/// The caches of a method in all values.
pub(super) struct InValues {
    label: Label,
    caches: Mutex<Places>,
}

/// Those that live, each at a place of its own, so that one leaves without a search.
#[derive(Default)]
struct Places {
    all: Vec<Place>,
    taken: usize,
    /// The first that is vacant, or none there are.
    vacant: usize,
}

enum Place {
    Taken(WeakCache),
    /// And the next one.
    Vacant(usize),
}

impl Places {
    fn add(&mut self, cache: WeakCache) -> usize {
        let at = self.vacant;
        match self.all.get_mut(at) {
            Some(place) => {
                if let Place::Vacant(next) = mem::replace(place, Place::Taken(cache)) {
                    self.vacant = next;
                }
            }
            None => {
                self.all.push(Place::Taken(cache));
                self.vacant = self.all.len();
            }
        }
        self.taken += 1;
        at
    }

    fn remove(&mut self, at: usize) -> Option<Place> {
        let removed = mem::replace(self.all.get_mut(at)?, Place::Vacant(self.vacant));
        self.vacant = at;
        self.taken -= 1;
        if self.taken == 0 {
            *self = Self::default(); // the places of many values are not kept for ever
        }
        Some(removed)
    }

    /// The first from a place on, and its own.
    fn next(&self, from: usize) -> Option<(usize, WeakCache)> {
        self.all.iter().enumerate().skip(from).find_map(|(at, place)| match place {
            Place::Taken(cache) => Some((at, cache.clone())),
            Place::Vacant(_) => None,
        })
    }
}

/// That the cache of a value is listed.
pub(super) struct InValue {
    group: &'static InValues,
    at: usize,
}

impl InValue {
    /// Lists the cache of a method, which `of` stands for.
    pub(super) fn new(of: TypeId, label: Label, cache: WeakCache) -> Self {
        static METHODS: Groups<Id, InValues> = Groups::new();
        let group = METHODS.get_or_list(id(of, &label), || InValues { label, caches: Mutex::default() });
        Self { group, at: locked(&group.caches).add(cache) }
    }
}

impl Drop for InValue {
    fn drop(&mut self) {
        let removed = locked(&self.group.caches).remove(self.at);
        drop(removed);
    }
}

impl InValues {
    /// Calls `f` with each, with nothing locked. One that is added meanwhile may be left out.
    fn for_each(&self, mut f: impl FnMut(&dyn AnyCache)) {
        let mut from = 0;
        let end = locked(&self.caches).all.len();
        while let Some((at, cache)) = { locked(&self.caches).next(from) }
            && at < end
        {
            from = at + 1;
            if let Some(cache) = cache.upgrade() {
                f(&*cache);
            }
        }
    }
}

impl Inspect for InValues {
    fn report(&self) -> Option<Report> {
        let mut report = self.label.report(Kind::Memo);
        report.instances = 0;
        self.for_each(|cache| {
            report.instances += 1;
            add(&mut report, cache);
        });
        (report.instances > 0).then_some(report)
    }

    fn clear(&self) {
        let mut panics = Panics::default();
        self.for_each(|cache| panics.catch(|| cache.any_clear()));
        panics.resume();
    }

    fn sweep(&self) -> usize {
        let (mut swept, mut panics) = (0, Panics::default());
        self.for_each(|cache| panics.catch(|| swept += cache.any_sweep()));
        panics.resume();
        swept
    }
}

/// The caches of a `local` function, of which a thread sees its own.
struct InThreads {
    label: Label,
    threads: AtomicUsize,
}

thread_local! {
    /// Those of this thread.
    static OWN: RefCell<Vec<(&'static InThreads, rc::Weak<dyn AnyCache>)>> = const { RefCell::new(Vec::new()) };
}

/// That the cache of a thread is listed.
pub(super) struct InThread(&'static InThreads);

impl InThread {
    /// Lists the cache of a function, which `of` stands for.
    pub(super) fn new(of: TypeId, label: Label, cache: rc::Weak<dyn AnyCache>) -> Self {
        static FUNCTIONS: Groups<Id, InThreads> = Groups::new();
        let new = || InThreads { label, threads: AtomicUsize::new(0) };
        let group = FUNCTIONS.get_or_list(id(of, &label), new);
        group.threads.fetch_add(1, Relaxed);
        // At the end of a thread there is no list of its own any more.
        let _ = OWN.try_with(|own| own.borrow_mut().push((group, cache)));
        Self(group)
    }
}

impl Drop for InThread {
    fn drop(&mut self) {
        self.0.threads.fetch_sub(1, Relaxed);
        let removed = OWN.try_with(|own| {
            let mut own = own.borrow_mut();
            let at = own.iter().position(|(group, _)| ptr::eq(*group, self.0))?;
            Some(own.swap_remove(at))
        });
        drop(removed);
    }
}

impl InThreads {
    /// That of the calling thread.
    fn own(&self) -> Option<rc::Rc<dyn AnyCache>> {
        let find = |own: &RefCell<Vec<(&'static Self, rc::Weak<dyn AnyCache>)>>| {
            own.borrow().iter().find(|(group, _)| ptr::eq(*group, self))?.1.upgrade()
        };
        OWN.try_with(find).ok()?
    }
}

impl Inspect for InThreads {
    fn report(&self) -> Option<Report> {
        let mut report = self.label.report(Kind::Memo);
        report.instances = self.threads.load(Relaxed);
        if let Some(own) = self.own() {
            add(&mut report, &*own);
        }
        (report.instances > 0).then_some(report)
    }

    fn clear(&self) {
        if let Some(own) = self.own() {
            own.any_clear();
        }
    }

    fn sweep(&self) -> usize {
        self.own().map_or(0, |own| own.any_sweep())
    }
}
