//! The list of all caches of a process: what [`weakcache::caches`](https://docs.rs/weakcache/latest/weakcache/fn.caches.html)
//! reads.
//!
//! It is a crate of its own so that **all versions of weakcache in a program share one list**: whichever of them is asked
//! shows, and empties, the caches of all. Cargo takes one 1.x of a crate for a program, and the list is a static in it; so
//! nothing here changes but by additions.
//!
//! Those who use weakcache have no need of it. Who writes a cache of their own may list it here:
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use weakcache_inspect::{Inspect, Kind, Registration, Report, all, register};
//!
//! struct Tokens(Mutex<Vec<String>>);
//!
//! impl Inspect for Tokens {
//!     fn report(&self) -> Option<Report> {
//!         let mut report = Report::new(Kind::Cache, "tokens");
//!         report.len = self.0.lock().ok()?.len();
//!         Some(report)
//!     }
//!
//!     fn clear(&self) {
//!         let tokens = self.0.lock().map(|mut tokens| std::mem::take(&mut *tokens));
//!         drop(tokens);
//!     }
//! }
//!
//! let tokens = Arc::new(Tokens(Mutex::new(vec!["abc".into()])));
//! let weak = Arc::downgrade(&tokens);
//! let registration: Registration = register(weak); // until that is dropped
//!
//! let lens = || all().filter_map(|cache| cache.report()).map(|report| report.len).collect::<Vec<_>>();
//! assert_eq!(lens(), [1]);
//! all().for_each(|cache| cache.clear());
//! assert_eq!(lens(), [0]);
//! drop(registration);
//! assert_eq!(all().count(), 0);
//! ```
//!
//! # Locks
//!
//! One, of the list. It is held to add one, to take one out, or to take a handle on one: never while anything is asked of
//! a cache, and never while anything of a user's runs.
#![forbid(unsafe_code)]

mod list;
mod report;

pub use list::{All, Listed, Registration, all, register, register_static};
pub use report::{Kind, Report};

/// What can be asked of a cache that is listed.
///
/// None of it is called with a lock of the list held, so it may come back to the list, and what it takes long for holds up
/// nobody but who asked.
///
/// Versions that come may add methods, each with a body, so implementations stay valid.
///
/// ```
/// # use std::sync::{Arc, Weak};
/// # use weakcache_inspect::{Inspect, Kind, Report, all, register};
/// struct Words(Vec<String>);
///
/// impl Inspect for Words {
///     fn report(&self) -> Option<Report> {
///         let mut report = Report::new(Kind::Cache, "words");
///         report.len = self.0.len();
///         Some(report)
///     }
/// }
///
/// let words = Arc::new(Words(vec!["one".to_owned()]));
/// let weak = Arc::downgrade(&words) as Weak<dyn Inspect>;
/// let _registration = register(weak);
/// assert_eq!(all().next().and_then(|listed| listed.report()).map(|report| report.len), Some(1));
/// ```
pub trait Inspect: Send + Sync {
    /// What it says about itself now. `None`: there is nothing to be shown at the moment, though there may be again.
    ///
    /// ```
    /// # use weakcache_inspect::{Inspect, Kind, Report};
    /// struct Flag(std::sync::atomic::AtomicBool);
    ///
    /// impl Inspect for Flag {
    ///     fn report(&self) -> Option<Report> {
    ///         let mut report = Report::new(Kind::Cache, "one value, or none");
    ///         report.len = usize::from(self.0.load(std::sync::atomic::Ordering::Relaxed));
    ///         Some(report)
    ///     }
    /// }
    /// # assert_eq!(Flag(true.into()).report().unwrap().len, 1);
    /// ```
    fn report(&self) -> Option<Report>;

    /// Drops what it holds, if it is a cache that can compute it again. Otherwise nothing.
    ///
    /// ```
    /// # use std::sync::Mutex;
    /// # use weakcache_inspect::{Inspect, Report};
    /// struct Words(Mutex<Vec<String>>);
    ///
    /// impl Inspect for Words {
    ///     fn report(&self) -> Option<Report> {
    ///         None
    ///     }
    ///
    ///     fn clear(&self) {
    ///         let words = std::mem::take(&mut *self.0.lock().unwrap());
    ///         drop(words); // outside of the lock
    ///     }
    /// }
    /// # let words = Words(Mutex::new(vec!["one".to_owned()]));
    /// # words.clear();
    /// # assert!(words.0.lock().unwrap().is_empty());
    /// ```
    fn clear(&self) {}

    /// Drops what has expired or died, and says how much that was.
    ///
    /// ```
    /// # use std::sync::{Arc, Mutex, Weak};
    /// # use weakcache_inspect::{Inspect, Report};
    /// struct Observers(Mutex<Vec<Weak<str>>>);
    ///
    /// impl Inspect for Observers {
    ///     fn report(&self) -> Option<Report> {
    ///         None
    ///     }
    ///
    ///     fn sweep(&self) -> usize {
    ///         let mut observers = self.0.lock().unwrap();
    ///         let before = observers.len();
    ///         observers.retain(|observer| observer.strong_count() > 0);
    ///         before - observers.len()
    ///     }
    /// }
    /// # let (lives, dies): (Arc<str>, Arc<str>) = ("one".into(), "two".into());
    /// # let observers = Observers(Mutex::new(vec![Arc::downgrade(&lives), Arc::downgrade(&dies)]));
    /// # drop(dies);
    /// # assert_eq!(observers.sweep(), 1);
    /// ```
    fn sweep(&self) -> usize {
        0
    }
}
