//! The figures of all caches, for whatever listens behind the crate [metrics](https://docs.rs/metrics): with the feature
//! `metrics`.
//!
//! Caches count by themselves. [`publish`] reads what they have counted and hands it to the recorder: call it before what
//! is recorded is rendered, or sent, as with [metrics-process](https://docs.rs/metrics-process). A look-up has nothing to do with it.
//!
//! ```
//! # struct Recorder;
//! # impl Recorder { fn render(&self) -> String { String::new() } }
//! # let recorder = Recorder;
//! // In the handler of `/metrics`; the recorder is that of metrics-exporter-prometheus, say.
//! let answer = {
//!     weakcache::metrics::publish();
//!     recorder.render()
//! };
//! # drop(answer);
//! ```
//!
//! Each has the labels `cache`, its name, and `kind`: `memo`, `cache`, `registry`, `weak_map`, `weak_set` or `pool`. Caches of one name and
//! kind are added up.
//!
//! | counter | what it counts |
//! |:--|:--|
//! | `weakcache_hits_total` | look-ups that were answered |
//! | `weakcache_misses_total` | those that were not: bodies that were started, values that were made |
//! | `weakcache_evictions_total` | entries that gave way to others |
//! | `weakcache_expirations_total` | entries that were past their time |
//! | `weakcache_refreshes_total` | of memoized functions: values computed anew before they expired |
//! | `weakcache_stale_total` | of memoized functions: values served past their time, since the body failed |
//! | `weakcache_store_hits_total` | of memoized functions: values that the second tier had |
//! | `weakcache_store_failures_total` | of memoized functions: failures of the second tier |
//!
//! | gauge | what it shows |
//! |:--|:--|
//! | `weakcache_entries` | how many entries there are |
//! | `weakcache_capacity` | how many there may be; only of what has a bound |
//! | `weakcache_bytes` | the memory of tables and slots |
//! | `weakcache_weight` | what entries weigh together; only of what is weighed |
//! | `weakcache_instances` | how many caches that is, as for a method whose caches lie in values |
//!
//! Counters only rise, also where a cache is cleared, which resets its own, or dropped: what was counted between two calls
//! of `publish` is lost then. Gauges of what is gone are set to 0. The names are the same under
//! `with_recommended_naming` of metrics-exporter-prometheus.
#![forbid(unsafe_code)]

use crate::{CacheKind, CacheReport, caches};
use ::metrics::{Unit, counter, describe_counter, describe_gauge, gauge};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

type Counter = (&'static str, &'static str, fn(&CacheReport) -> u64);
type Gauge = (&'static str, Option<Unit>, &'static str, fn(&CacheReport) -> Option<u64>);

const COUNTERS: [Counter; 8] = [
    ("weakcache_hits_total", "Look-ups that were answered.", |of| of.hits),
    ("weakcache_misses_total", "Look-ups that were not, so that something was computed or made.", |of| {
        of.misses
    }),
    ("weakcache_evictions_total", "Entries that gave way to others.", |of| of.evictions),
    ("weakcache_expirations_total", "Entries that were past their time.", |of| of.expirations),
    ("weakcache_refreshes_total", "Values computed anew before they expired.", |of| of.refreshes),
    ("weakcache_stale_total", "Values served past their time, since the body failed.", |of| of.stale),
    ("weakcache_store_hits_total", "Values that the second tier had.", |of| of.store_hits),
    ("weakcache_store_failures_total", "Failures of the second tier.", |of| of.store_failures),
];

/// How many of these are those of all kinds. What follows, only memoized functions have.
const COMMON: usize = 4;

const GAUGES: [Gauge; 5] = [
    ("weakcache_entries", None, "How many entries there are.", |of| Some(of.len as u64)),
    ("weakcache_capacity", None, "How many entries there may be.", |of| of.capacity.map(|most| most as u64)),
    ("weakcache_bytes", Some(Unit::Bytes), "The memory of tables and slots.", |of| Some(of.bytes as u64)),
    ("weakcache_weight", None, "What entries weigh together.", |of| Some(of.weight).filter(|&n| n > 0)),
    ("weakcache_instances", None, "How many caches that is.", |of| Some(of.instances as u64)),
];

/// What is published of a name.
#[derive(Clone, Copy, Default)]
struct Figures {
    counters: [u64; COUNTERS.len()],
    gauges: [Option<u64>; GAUGES.len()],
}

impl Figures {
    fn add(&mut self, report: &CacheReport) {
        for (sum, (_, _, of)) in self.counters.iter_mut().zip(COUNTERS) {
            *sum = sum.saturating_add(of(report));
        }
        for (sum, (_, _, _, of)) in self.gauges.iter_mut().zip(GAUGES) {
            *sum = match (*sum, of(report)) {
                (Some(sum), Some(more)) => Some(sum.saturating_add(more)),
                (sum, more) => sum.or(more),
            };
        }
    }
}

/// What was published of a name.
#[derive(Default)]
struct Published {
    /// What its caches said.
    last: Figures,
    /// What was published of that.
    counters: [u64; COUNTERS.len()],
}

impl Published {
    /// What is to be published, now that its caches say `now`.
    fn next(&mut self, now: Figures) -> Figures {
        for ((total, now), last) in self.counters.iter_mut().zip(now.counters).zip(self.last.counters) {
            *total = total.saturating_add(now.saturating_sub(last));
        }
        let gone = self.last.gauges.map(|gauge| gauge.map(|_| 0));
        self.last = now;
        let mut gauges = now.gauges;
        for (now, gone) in gauges.iter_mut().zip(gone) {
            *now = now.or(gone);
        }
        Figures { counters: self.counters, gauges }
    }
}

type Names<T> = BTreeMap<(CacheKind, String), T>;

/// Hands the figures of all caches to the recorder: the one of this thread, or else that of the process. Without one it does
/// nothing.
///
/// Costs a call of [`caches`], and a look-up in the recorder for each figure. No lock of ours is held while the recorder
/// is called.
///
/// ```
/// weakcache::metrics::publish();
/// ```
pub fn publish() {
    static PUBLISHED: Mutex<Names<Published>> = Mutex::new(Names::new());

    let mut now = Names::<Figures>::new();
    for report in caches() {
        let CacheReport { kind, name, .. } = &report;
        now.entry((*kind, name.clone())).or_default().add(&report);
    }
    let mut published = PUBLISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for name in published.keys() {
        // It is gone.
        now.entry(name.clone()).or_default();
    }
    let next: Vec<_> = now
        .into_iter()
        .map(|(name, figures)| {
            let next = published.entry(name.clone()).or_default().next(figures);
            (name, next)
        })
        .collect();
    drop(published);
    describe();
    for ((kind, name), figures) in next {
        hand_over(kind, &name, figures);
    }
}

/// Each time: a recorder may have come since.
fn describe() {
    for (name, text, _) in COUNTERS {
        describe_counter!(name, text);
    }
    for (name, unit, text, _) in GAUGES {
        match unit {
            Some(unit) => describe_gauge!(name, unit, text),
            None => describe_gauge!(name, text),
        }
    }
}

fn hand_over(kind: CacheKind, cache: &str, figures: Figures) {
    let counters = if kind == CacheKind::Memo { COUNTERS.len() } else { COMMON };
    for ((name, ..), value) in COUNTERS.into_iter().zip(figures.counters).take(counters) {
        counter!(name, "cache" => cache.to_owned(), "kind" => kind.as_str()).absolute(value);
    }
    for ((name, ..), value) in GAUGES.into_iter().zip(figures.gauges) {
        if let Some(value) = value {
            #[expect(clippy::cast_precision_loss, reason = "a gauge is an `f64`")]
            gauge!(name, "cache" => cache.to_owned(), "kind" => kind.as_str()).set(value as f64);
        }
    }
}
