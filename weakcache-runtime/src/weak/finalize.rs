//! Finalizers.
#![forbid(unsafe_code)]

use crate::sync::Arc;
use crate::weak::callbacks::Callbacks;
use crate::weak::strong::Strong;
use std::fmt;

/// Registers a callback that runs, once, when the value of `strong` dies.
///
/// It runs whether or not the [`Finalizer`] is still held; the `Finalizer` is there to run it early or
/// to call it off. Callbacks of one value run last registered first, before the value is dropped. They
/// run with no lock held and may make, drop and register what they like; one that panics does not stop
/// the others.
///
/// A callback that holds a [`Strong`] of the value itself keeps it alive for ever.
///
/// ```
/// use std::sync::mpsc;
/// use weakcache::{Strong, finalize};
///
/// let (sender, log) = mpsc::channel();
/// let file = Strong::new("a temporary file");
/// finalize(&file, move || sender.send("removed").unwrap());
/// drop(file);
/// assert_eq!(log.try_recv(), Ok("removed"));
/// ```
pub fn finalize<T: ?Sized>(strong: &Strong<T>, callback: impl FnOnce() + Send + 'static) -> Finalizer {
    let callbacks = Arc::clone(strong.callbacks());
    let id = callbacks.push(Box::new(callback));
    Finalizer { callbacks, id }
}

/// The means to run a callback early or to call it off, made by [`finalize()`].
///
/// Dropping it does neither.
///
/// ```
/// use weakcache::{Strong, finalize};
///
/// let value = Strong::new(1);
/// let finalizer = finalize(&value, || unreachable!("called off"));
/// assert!(finalizer.is_alive());
/// assert!(finalizer.detach());
/// assert!(!finalizer.is_alive());
/// drop(value);
/// ```
pub struct Finalizer {
    callbacks: Arc<Callbacks>,
    id: u64,
}

impl Finalizer {
    /// Whether the callback is still to run: it has not begun and is not called off.
    ///
    /// ```
    /// use weakcache::{Strong, finalize};
    ///
    /// let file = Strong::new("a.tmp".to_owned());
    /// let finalizer = finalize(&file, || println!("deleted"));
    /// assert!(finalizer.is_alive());
    /// drop(file);
    /// assert!(!finalizer.is_alive()); // it has run
    /// ```
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.callbacks.contains(self.id)
    }

    /// Runs the callback now, if it is still to run, and says whether it did.
    ///
    /// ```
    /// use weakcache::{Strong, finalize};
    ///
    /// let value = Strong::new(1);
    /// let finalizer = finalize(&value, || println!("cleaning up"));
    /// assert!(finalizer.run());
    /// assert!(!finalizer.run());
    /// ```
    ///
    /// # Panics
    ///
    /// If the callback does. It counts as run.
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn run(&self) -> bool {
        self.callbacks.take(self.id).map(|call| call()).is_some()
    }

    /// Calls the callback off: drops it, if it is still to run, and says whether it did.
    ///
    /// ```
    /// use weakcache::{Strong, finalize};
    ///
    /// let value = Strong::new(1);
    /// let finalizer = finalize(&value, || unreachable!());
    /// assert!(finalizer.detach());
    /// assert!(!finalizer.run());
    /// ```
    #[expect(clippy::must_use_candidate, reason = "called for its effect")]
    pub fn detach(&self) -> bool {
        self.callbacks.take(self.id).is_some()
    }
}

impl fmt::Debug for Finalizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finalizer").field("is_alive", &self.is_alive()).finish_non_exhaustive()
    }
}
