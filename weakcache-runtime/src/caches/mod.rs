//! All caches of the process: what they say, and what can be done with them. From the lowest file up: `report`, `table`.
#![forbid(unsafe_code)]

mod report;
mod table;

pub use report::CacheReport;
pub(crate) use table::reorders;
pub use weakcache_inspect::Kind as CacheKind;

use crate::unwind::Panics;
use std::fmt;
use std::iter::FusedIterator;
use std::vec;
use weakcache_inspect::all;

/// All caches of the process, in the order of their first use, with what each says about itself.
///
/// Shown are
///
/// * every memoized function that was called at least once, of a generic one each instantiation by itself
///   (`price::<u8>`); of a method with `in(self.memo)` the caches of all values that live, together;
/// * every interned type of which a value was looked up at least once;
/// * every [`Cache`](crate::Cache), [`Pool`](crate::pool::Pool) and weak container that was given a name, until it is dropped.
///
/// Names are paths, `module::function`, unless `name = "…"` says otherwise. Two may be called the same; where they are tells
/// them apart.
///
/// ```
/// use weakcache::memoize;
///
/// #[memoize(lru = 100)]
/// fn price(day: u32) -> u32 {
///     day * 2
/// }
///
/// price(1);
/// price(1);
/// let report = weakcache::caches().find(|cache| cache.name.ends_with("price")).unwrap();
/// assert_eq!((report.len, report.capacity, report.hits, report.misses), (1, Some(100), 1, 1));
/// assert_eq!(report.file, file!());
///
/// println!("{}", weakcache::caches());
/// ```
///
/// which prints a table of at most 80 columns (as many as `{:120}` says), and with `{:#}` also where each cache is:
///
/// ```text
/// kind  name                   len   of  hits  misses  rate    bytes
/// memo  app::price               1  100     1       1   50%     144B
/// 1 cache, 144B
/// ```
///
/// A name that is too long for that loses the modules in its type arguments, then those before it, and in the end its
/// last characters, for which `…` stands. Characters that East Asian fonts show wide, and emoji, count as two columns.
/// What would move the cursor or turn the text round is escaped.
///
/// # What is of one thread
///
/// Of functions and types that are `local` a thread sees what it has itself. They are shown with the figures of the
/// calling thread, and [`instances`](CacheReport::instances) says how many threads have one.
///
/// # Several versions
///
/// If two versions of this crate are linked into a program, each shows the caches of both: the list is kept in
/// [`weakcache-inspect`](https://docs.rs/weakcache-inspect), which they share.
///
/// # Cost
///
/// It walks the list, and asks one cache after the other, of which it takes the locks that the cache's own `info` would:
/// nothing is locked for longer than that. Of ten thousand caches that takes some 2 ms. A cache is listed at its first
/// use; a hit costs nothing.
///
/// As always, `Eq` and `Hash` of keys may not call this from under the lock of a cache: there, caches look empty.
pub fn caches() -> Caches {
    Caches(all().filter_map(|cache| cache.report()).map(CacheReport::from).collect::<Vec<_>>().into_iter())
}

/// Empties all memo caches of the process, those in values included, and every [`Cache`](crate::Cache) with a name; their
/// counters begin anew.
///
/// Other threads' `local` caches stay: nobody else can reach them. So do pools, weak containers, and what is interned, none
/// of which holds what could be computed again.
///
/// Values are dropped, and `on_evict` called, with no lock held. What is being computed is handed to those who wait for it,
/// and not stored, as with `cache_clear()`. Of functions with a `store` that were used in this process, what is there goes too.
///
/// ```
/// use weakcache::memoize;
///
/// #[memoize]
/// fn double(n: u32) -> u32 {
///     n * 2
/// }
///
/// double(1);
/// weakcache::clear_all();
/// assert_eq!(double::cache_info().len, 0);
/// ```
///
/// # Panics
///
/// If a drop or an `on_evict` does: with the first of these panics, when all caches are empty.
pub fn clear_all() {
    let mut panics = Panics::default();
    all().for_each(|cache| panics.catch(|| cache.clear()));
    panics.resume();
}

/// Drops what has expired or died from all memo caches, and from every [`Cache`](crate::Cache) and weak container that has
/// a name, and says how many entries those were.
///
/// Other threads' `local` caches stay as they are. Memory that is not needed is given back. There is no need to call this
/// for what is looked up, which is never served when its time is over: it is for memory that would wait for its turn.
///
/// ```
/// use std::time::Duration;
/// use weakcache::{clock, memoize};
///
/// #[memoize(ttl = "60s")]
/// fn double(n: u32) -> u32 {
///     n * 2
/// }
///
/// let clock = clock::Mock::new();
/// let _installed = clock.install();
/// double(1);
/// assert_eq!(weakcache::sweep_all(), 0);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(weakcache::sweep_all(), 1);
/// ```
///
/// # Panics
///
/// If a drop or an `on_evict` does: with the first of these panics, when all is swept.
#[expect(clippy::must_use_candidate, reason = "the number is a by-product")]
pub fn sweep_all() -> usize {
    let (mut swept, mut panics) = (0, Panics::default());
    all().for_each(|cache| panics.catch(|| swept += cache.sweep()));
    panics.resume();
    swept
}

/// What [`caches`] returns: a snapshot, as an iterator. `Display` prints what is left of it as a table.
///
/// ```
/// let caches = weakcache::caches();
/// let bytes: usize = caches.clone().map(|cache| cache.bytes).sum();
/// println!("{caches}, {bytes} bytes together");
/// ```
///
/// With the feature `serde` it is written as a sequence of [`CacheReport`]s.
#[derive(Clone, Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Caches(vec::IntoIter<CacheReport>);

impl Iterator for Caches {
    type Item = CacheReport;

    fn next(&mut self) -> Option<CacheReport> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Caches {
    fn next_back(&mut self) -> Option<CacheReport> {
        self.0.next_back()
    }
}

impl ExactSizeIterator for Caches {}

impl FusedIterator for Caches {}

impl fmt::Display for Caches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(self.0.as_slice(), f)
    }
}

#[cfg(feature = "serde")]
impl serde_core::Serialize for Caches {
    fn serialize<S: serde_core::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.as_slice())
    }
}
