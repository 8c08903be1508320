//! What a cache says about itself.

use std::fmt;

/// What a cache is.
///
/// ```
/// use weakcache_inspect::Kind;
///
/// assert_eq!(Kind::WeakMap.as_str(), "weak_map");
/// assert_eq!(Kind::Memo.to_string(), "memo");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The cache of a memoized function.
    Memo,
    /// A cache by hand.
    Cache,
    /// The registry of an interned type.
    Registry,
    /// A map with weak keys or weak values.
    WeakMap,
    /// A set of weak elements.
    WeakSet,
    /// An object pool.
    Pool,
}

impl Kind {
    /// A word for it, in small letters with `_`: it fits a label of a metric.
    ///
    /// ```
    /// # use weakcache_inspect::Kind;
    /// assert_eq!(Kind::WeakMap.as_str(), "weak_map");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Memo => "memo",
            Self::Cache => "cache",
            Self::Registry => "registry",
            Self::WeakMap => "weak_map",
            Self::WeakSet => "weak_set",
            Self::Pool => "pool",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a cache says about itself at one moment.
///
/// Versions that come may add fields, so one is made with [`new`](Self::new), and its fields set. What there is no field
/// for goes into [`more`](Self::more), by name.
///
/// ```
/// # use weakcache_inspect::{Kind, Report};
/// let mut report = Report::new(Kind::Cache, "words");
/// report.len = 3;
/// assert_eq!((report.kind, &*report.name, report.len), (Kind::Cache, "words", 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What it is.
    pub kind: Kind,
    /// What it is called: a path, or any text that a user chose. Not unique.
    pub name: String,
    /// The source file in which it is, or empty.
    pub file: &'static str,
    /// The line there, from 1, or 0.
    pub line: u32,
    /// How many caches this is about, as where each of many values has one. What follows is of them together.
    pub instances: usize,
    /// How many entries there are.
    pub len: usize,
    /// How many there may be, if there is a bound.
    pub capacity: Option<usize>,
    /// Look-ups that were answered.
    pub hits: u64,
    /// Look-ups that were not.
    pub misses: u64,
    /// Entries that gave way to others.
    pub evictions: u64,
    /// Entries whose time was over, or that died.
    pub expirations: u64,
    /// Bytes of tables and slots, and of what is remembered beside them. What entries hold elsewhere is not counted.
    pub bytes: usize,
    /// What else there is, by name: counters and sizes that are not 0.
    pub more: Vec<(&'static str, u64)>,
}

impl Report {
    /// One that says nothing yet, of one cache.
    ///
    /// ```
    /// use weakcache_inspect::{Kind, Report};
    ///
    /// let mut report = Report::new(Kind::Pool, "buffers");
    /// report.len = 3;
    /// assert_eq!((report.name.as_str(), report.instances, report.hits), ("buffers", 1, 0));
    /// ```
    #[must_use]
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            file: "",
            line: 0,
            instances: 1,
            len: 0,
            capacity: None,
            hits: 0,
            misses: 0,
            evictions: 0,
            expirations: 0,
            bytes: 0,
            more: Vec::new(),
        }
    }

    /// Adds to what is in [`more`](Self::more) by this name.
    ///
    /// ```
    /// use weakcache_inspect::{Kind, Report};
    ///
    /// let mut report = Report::new(Kind::Memo, "price");
    /// report.add("refreshes", 2);
    /// report.add("refreshes", 1);
    /// report.add("stale", 0);
    /// assert_eq!(report.more, [("refreshes", 3)]);
    /// ```
    pub fn add(&mut self, name: &'static str, count: u64) {
        match self.more.iter_mut().find(|(other, _)| *other == name) {
            Some((_, sum)) => *sum = sum.saturating_add(count),
            None if count == 0 => {}
            None => self.more.push((name, count)),
        }
    }

    /// What is in [`more`](Self::more) by this name, or 0.
    ///
    /// ```
    /// use weakcache_inspect::{Kind, Report};
    ///
    /// assert_eq!(Report::new(Kind::Memo, "price").get("refreshes"), 0);
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> u64 {
        self.more.iter().find(|(other, _)| *other == name).map_or(0, |(_, count)| *count)
    }
}
