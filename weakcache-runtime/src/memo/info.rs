//! What a cache says about itself.

use std::fmt;

/// A snapshot of the counters of a memoized function, as returned by its `cache_info` control.
///
/// ```
/// let info = weakcache::CacheInfo::default();
/// assert_eq!(info.hit_ratio(), 0.0);
/// assert_eq!(info.to_string(), "0 hits, 0 misses (0 % hits), 0 entries, 0 evicted, 0 expired");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheInfo {
    /// Calls that were answered without running the body, those that waited for another's included.
    pub hits: u64,
    /// Bodies that were started.
    pub misses: u64,
    /// Entries dropped because the cache was full.
    pub evictions: u64,
    /// Entries dropped because their time was over or, under `weak`, their value dead.
    pub expirations: u64,
    /// Entries stored, expired and dead ones included until they are swept.
    pub len: usize,
    /// How many entries there may be; `None` without `lru` and `capacity`.
    pub capacity: Option<usize>,
    /// Bodies, among the misses, that were started to compute an entry anew before it expired: see `refresh_after`.
    pub refreshes: u64,
    /// Calls that were answered with an expired value because the body failed: see `stale_if_error`.
    pub stale: u64,
    /// What the entries weigh together: see `weight`. 0 without.
    pub weight: usize,
    /// Calls that were answered by a second tier.
    pub store_hits: u64,
    /// Requests that a second tier did not answer, or not in a way that could be read.
    pub store_failures: u64,
    /// Bytes of results that came from a second tier or were given to it.
    pub store_bytes: u64,
}

impl CacheInfo {
    /// The share of calls that were hits, from 0 to 1; 0 before the first call. Those that a second tier answered are none,
    /// and left out.
    ///
    /// ```
    /// # use weakcache::CacheInfo;
    /// let mut info = CacheInfo::default();
    /// (info.hits, info.misses) = (3, 1);
    /// assert_eq!(info.hit_ratio(), 0.75);
    /// ```
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a ratio of counts over 2^53 is as good")]
    pub fn hit_ratio(&self) -> f64 {
        let calls = self.hits.saturating_add(self.misses);
        if calls == 0 { 0.0 } else { self.hits as f64 / calls as f64 }
    }
}

impl fmt::Display for CacheInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hits, misses, evictions, expirations, len, capacity, refreshes, stale, weight, .. } = self;
        let Self { store_hits, store_failures, store_bytes, .. } = self;
        let percent = self.hit_ratio() * 100.0;
        write!(f, "{hits} hits, {misses} misses ({percent:.0} % hits), {len}")?;
        if let Some(capacity) = capacity {
            write!(f, " of {capacity}")?;
        }
        write!(f, " entries")?;
        if *weight > 0 {
            write!(f, " of weight {weight}")?;
        }
        write!(f, ", {evictions} evicted, {expirations} expired")?;
        let rare = [
            (refreshes, "refreshed"),
            (stale, "served stale"),
            (store_hits, "from the store"),
            (store_failures, "store failures"),
            (store_bytes, "store bytes"),
        ];
        for (count, what) in rare {
            if *count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::CacheInfo;

    #[test]
    fn reads_well() {
        let info =
            CacheInfo { hits: 2, misses: 1, evictions: 1, len: 1, capacity: Some(2), ..CacheInfo::default() };
        let text = "2 hits, 1 misses (67 % hits), 1 of 2 entries, 1 evicted, 0 expired";
        assert_eq!(info.to_string(), text);
        let info = CacheInfo { refreshes: 1, stale: 3, ..info };
        assert_eq!(info.to_string(), format!("{text}, 1 refreshed, 3 served stale"));
        let info = CacheInfo { refreshes: 0, stale: 0, weight: 4096, ..info };
        assert_eq!(info.to_string(), text.replace("entries", "entries of weight 4096"));
        let info = CacheInfo { weight: 0, store_hits: 4, store_failures: 1, store_bytes: 90, ..info };
        assert_eq!(info.to_string(), format!("{text}, 4 from the store, 1 store failures, 90 store bytes"));
    }
}
