//! What a cache says about itself, as users see it.

use super::CacheKind;
use weakcache_inspect::Report;

/// What a cache says about itself at one moment, from [`caches`](crate::caches).
///
/// ```
/// use weakcache::{CacheKind, interned};
///
/// #[interned]
/// struct Symbol(String);
///
/// let x = Symbol::new("x");
/// let report = weakcache::caches().find(|cache| cache.name.ends_with("::Symbol")).unwrap();
/// assert_eq!((report.kind, report.len, report.misses), (CacheKind::Registry, 1, 1));
/// # drop(x);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheReport {
    /// What it is.
    pub kind: CacheKind,
    /// What it is called: the path of the function or type, with the types of an instantiation, or what `name` says. Any
    /// text, and not unique.
    pub name: String,
    /// The source file, as the compiler was given it, of the function or type, or of the call that made the cache.
    pub file: &'static str,
    /// The line there.
    pub line: u32,
    /// How many caches this is about: 1, but for methods with `in`, where it is the number of values that have one, and for
    /// what is `local`, where it is the number of threads.
    pub instances: usize,
    /// How many entries there are: for a pool, objects that are idle or lent.
    pub len: usize,
    /// How many there may be, if there is a bound.
    pub capacity: Option<usize>,
    /// Look-ups that were answered: for a pool, objects lent that were not made for that very call.
    pub hits: u64,
    /// Look-ups that were not: for a pool, objects that were made. Weak containers count neither.
    pub misses: u64,
    /// Entries dropped because the cache was full: for a pool, objects thrown away.
    pub evictions: u64,
    /// Entries dropped because their time was over, or because they died.
    pub expirations: u64,
    /// Bytes of tables and slots, and of what `capacity` remembers of entries that left. What keys and values hold elsewhere is
    /// not counted.
    pub bytes: usize,
    /// What the entries weigh together, where `weigh` says.
    pub weight: u64,
    /// Bodies, among the misses, that were started to compute an entry anew before it expired.
    pub refreshes: u64,
    /// Calls that were answered with an expired value because the body failed.
    pub stale: u64,
    /// Calls that were answered by a second tier.
    pub store_hits: u64,
    /// Requests that a second tier did not answer, or not in a way that could be read.
    pub store_failures: u64,
}

impl CacheReport {
    /// The share of look-ups that were hits, from 0 to 1; 0 before the first one.
    ///
    /// ```
    /// for cache in weakcache::caches() {
    ///     assert!((0.0..=1.0).contains(&cache.hit_ratio()));
    /// }
    /// ```
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts over 2^53 is as good")]
    pub fn hit_ratio(&self) -> f64 {
        let calls = self.hits.saturating_add(self.misses);
        if calls == 0 { 0.0 } else { self.hits as f64 / calls as f64 }
    }
}

impl From<Report> for CacheReport {
    fn from(report: Report) -> Self {
        let [weight, refreshes, stale, store_hits, store_failures] =
            ["weight", "refreshes", "stale", "store_hits", "store_failures"].map(|name| report.get(name));
        Self {
            kind: report.kind,
            name: report.name,
            file: report.file,
            line: report.line,
            instances: report.instances,
            len: report.len,
            capacity: report.capacity,
            hits: report.hits,
            misses: report.misses,
            evictions: report.evictions,
            expirations: report.expirations,
            bytes: report.bytes,
            weight,
            refreshes,
            stale,
            store_hits,
            store_failures,
        }
    }
}

/// The kind is written as [`CacheKind::as_str`] says.
#[cfg(feature = "serde")]
impl serde_core::Serialize for CacheReport {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde_core::ser::SerializeStruct;

        let Self {
            kind,
            name,
            file,
            line,
            instances,
            len,
            capacity,
            hits,
            misses,
            evictions,
            expirations,
            bytes,
            weight,
            refreshes,
            stale,
            store_hits,
            store_failures,
        } = self;
        let mut report = serializer.serialize_struct("CacheReport", 17)?;
        report.serialize_field("kind", kind.as_str())?;
        report.serialize_field("name", name.as_str())?;
        report.serialize_field("file", file)?;
        report.serialize_field("line", line)?;
        report.serialize_field("instances", instances)?;
        report.serialize_field("len", len)?;
        report.serialize_field("capacity", capacity)?;
        report.serialize_field("hits", hits)?;
        report.serialize_field("misses", misses)?;
        report.serialize_field("evictions", evictions)?;
        report.serialize_field("expirations", expirations)?;
        report.serialize_field("bytes", bytes)?;
        report.serialize_field("weight", weight)?;
        report.serialize_field("refreshes", refreshes)?;
        report.serialize_field("stale", stale)?;
        report.serialize_field("store_hits", store_hits)?;
        report.serialize_field("store_failures", store_failures)?;
        report.end()
    }
}
