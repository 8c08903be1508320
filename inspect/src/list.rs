//! The list: what was registered, by the number that it was given.

use crate::Inspect;
use std::collections::BTreeMap;
use std::fmt;
use std::iter::FusedIterator;
use std::num::NonZero;
use std::ops::{Bound, Deref};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

#[derive(Clone)]
enum Held {
    Static(&'static dyn Inspect),
    Shared(Weak<dyn Inspect>),
}

struct List {
    /// The number given last. At one a nanosecond they last for 500 years.
    last: u64,
    caches: BTreeMap<u64, Held>,
}

static LIST: Mutex<List> = Mutex::new(List { last: 0, caches: BTreeMap::new() });

/// Nothing that could panic runs under it, and if memory runs out a list is whole all the same.
fn list() -> MutexGuard<'static, List> {
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

fn add(cache: Held) -> NonZero<u64> {
    let mut list = list();
    list.last += 1;
    let number = list.last;
    list.caches.insert(number, cache);
    NonZero::new(number).unwrap_or(NonZero::<u64>::MIN)
}

/// Lists a cache for good.
///
/// ```
/// use weakcache_inspect::{Inspect, Kind, Report, all, register_static};
///
/// struct Squares;
/// impl Inspect for Squares {
///     fn report(&self) -> Option<Report> {
///         Some(Report::new(Kind::Memo, "squares"))
///     }
/// }
///
/// register_static(&Squares);
/// assert_eq!(all().next().unwrap().report().unwrap().name, "squares");
/// ```
pub fn register_static(cache: &'static dyn Inspect) {
    add(Held::Static(cache));
}

/// Lists a cache until the [`Registration`] is dropped, or the cache is.
///
/// The list keeps it no longer than a question to it takes. If it is dropped meanwhile, it goes at the end of that, on
/// the thread that asked.
///
/// ```
/// use std::sync::Arc;
/// use weakcache_inspect::{Inspect, Report, all, register};
///
/// struct Nothing;
/// impl Inspect for Nothing {
///     fn report(&self) -> Option<Report> {
///         None
///     }
/// }
///
/// let nothing = Arc::new(Nothing);
/// let weak = Arc::downgrade(&nothing);
/// let _registration = register(weak);
/// assert_eq!(all().count(), 1);
/// drop(nothing);
/// assert_eq!(all().count(), 0);
/// ```
pub fn register(cache: Weak<dyn Inspect>) -> Registration {
    Registration(add(Held::Shared(cache)))
}

/// That a cache is listed: when this is dropped, it is no more. From [`register`].
///
/// ```
/// # use std::sync::{Arc, Weak};
/// # use weakcache_inspect::{Inspect, Kind, Report, all, register};
/// # struct Nothing;
/// # impl Inspect for Nothing { fn report(&self) -> Option<Report> { None } }
/// let nothing = Arc::new(Nothing);
/// let weak = Arc::downgrade(&nothing) as Weak<dyn Inspect>;
/// let registration = register(weak);
/// assert_eq!(all().count(), 1);
/// drop(registration);
/// assert_eq!(all().count(), 0);
/// ```
#[derive(Debug)]
#[must_use = "what is not held is no longer listed"]
pub struct Registration(NonZero<u64>);

impl Drop for Registration {
    fn drop(&mut self) {
        let held = list().caches.remove(&self.0.get());
        // With the list unlocked: this may give memory back.
        drop(held);
    }
}

/// The caches that are listed and alive, in the order in which they were registered.
///
/// The list is locked for each step alone. What is registered meanwhile is not shown, so there is an end to it.
///
/// ```
/// for cache in weakcache_inspect::all() {
///     println!("{:?}", cache.report());
/// }
/// ```
pub fn all() -> All {
    All { after: 0, last: list().last }
}

/// What [`all`] returns.
///
/// ```
/// # use std::sync::{Arc, Weak};
/// # use weakcache_inspect::{Inspect, Kind, Report, all, register};
/// # struct Nothing;
/// # impl Inspect for Nothing { fn report(&self) -> Option<Report> { None } }
/// let nothing = Arc::new(Nothing);
/// let weak = Arc::downgrade(&nothing) as Weak<dyn Inspect>;
/// let _registration = register(weak);
/// for listed in all() {
///     listed.sweep(); // the list is not locked meanwhile
/// }
/// ```
#[derive(Clone, Debug)]
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct All {
    after: u64,
    last: u64,
}

impl Iterator for All {
    type Item = Listed;

    fn next(&mut self) -> Option<Listed> {
        loop {
            let (number, held) = {
                let list = list();
                let rest = (Bound::Excluded(self.after), Bound::Included(self.last));
                let (number, held) =
                    if self.after < self.last { list.caches.range(rest).next()? } else { return None };
                (*number, held.clone())
            };
            self.after = number;
            match held {
                Held::Static(cache) => return Some(Listed(Handle::Static(cache))),
                Held::Shared(cache) => {
                    if let Some(cache) = cache.upgrade() {
                        return Some(Listed(Handle::Shared(cache)));
                    }
                }
            }
        }
    }
}

impl FusedIterator for All {}

enum Handle {
    Static(&'static dyn Inspect),
    Shared(Arc<dyn Inspect>),
}

/// A cache that is listed, kept alive while this is held: so it is not to be held for long.
///
/// ```
/// # use std::sync::{Arc, Weak};
/// # use weakcache_inspect::{Inspect, Kind, Report, all, register};
/// # struct Nothing;
/// # impl Inspect for Nothing { fn report(&self) -> Option<Report> { None } }
/// let nothing = Arc::new(Nothing);
/// let weak = Arc::downgrade(&nothing) as Weak<dyn Inspect>;
/// let _registration = register(weak);
/// let listed = all().next().expect("one is listed");
/// assert!(listed.report().is_none());
/// ```
pub struct Listed(Handle);

impl Deref for Listed {
    type Target = dyn Inspect;

    fn deref(&self) -> &Self::Target {
        match &self.0 {
            Handle::Static(cache) => *cache,
            Handle::Shared(cache) => &**cache,
        }
    }
}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listed").finish_non_exhaustive()
    }
}
