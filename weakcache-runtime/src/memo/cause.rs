//! Why entries leave.
#![forbid(unsafe_code)]

/// Why an entry left its cache, as `on_evict` is told.
///
/// ```
/// use std::sync::Mutex;
/// use weakcache::{Cause, memoize};
///
/// static LEFT: Mutex<Vec<(String, usize, Cause)>> = Mutex::new(Vec::new());
///
/// #[memoize(lru = 1, on_evict = |text, len, cause| LEFT.lock().unwrap().push((text.clone(), *len, cause)))]
/// fn length(text: &str) -> usize {
///     text.len()
/// }
///
/// length("a");
/// length("bc"); // there is room for one
/// length::refresh("bc");
/// length::invalidate("bc");
/// let left = LEFT.lock().unwrap();
/// let left: Vec<_> = left.iter().map(|(text, len, cause)| (text.as_str(), *len, *cause)).collect();
/// assert_eq!(left, [("a", 1, Cause::Capacity), ("bc", 2, Cause::Replaced), ("bc", 2, Cause::Invalidated)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// There was no room for it.
    Capacity,
    /// Its time was over, whatever took it out then.
    Expired,
    /// It was taken out while it could be served: by `invalidate`, `cache_clear` or `retain`, or with a tag.
    Invalidated,
    /// Another value took its place: by `refresh`, `prime` or a refresh of its own.
    Replaced,
}

/// Why each of some entries left; nothing, in a cache where nobody asks.
pub trait Causes: Default {
    /// Adds one.
    fn push(&mut self, cause: Cause);

    /// Hands them out, in the order in which they came.
    fn take(&mut self) -> Vec<Cause>;
}

impl Causes for () {
    #[inline]
    fn push(&mut self, _: Cause) {}

    fn take(&mut self) -> Vec<Cause> {
        Vec::new()
    }
}

impl Causes for Vec<Cause> {
    fn push(&mut self, cause: Cause) {
        self.push(cause);
    }

    fn take(&mut self) -> Vec<Cause> {
        std::mem::take(self)
    }
}
