//! The iterator of all weak containers.
#![forbid(unsafe_code)]

use std::iter::FusedIterator;
use std::vec;

/// An iterator over what a container held when it was asked.
///
/// It holds its referents, so nothing that it is yet to yield dies meanwhile.
///
/// ```
/// use weakcache::{Strong, WeakSet};
///
/// let mut set = WeakSet::new();
/// let numbers = [1, 2, 3].map(Strong::new);
/// set.extend(&numbers);
/// for number in set.iter() {
///     set.remove(&*number); // the set may be changed meanwhile
/// }
/// assert!(set.is_empty());
/// ```
#[derive(Clone, Debug)]
#[must_use = "iterators are lazy"]
pub struct Snapshot<T>(vec::IntoIter<T>);

impl<T> Iterator for Snapshot<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> DoubleEndedIterator for Snapshot<T> {
    fn next_back(&mut self) -> Option<T> {
        self.0.next_back()
    }
}

impl<T> ExactSizeIterator for Snapshot<T> {}
impl<T> FusedIterator for Snapshot<T> {}

impl<T> FromIterator<T> for Snapshot<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(Vec::from_iter(items).into_iter())
    }
}
