//! Registries of one thread, and their handles.
#![forbid(unsafe_code)]

mod interned;
mod table;

use std::any::type_name;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::thread::LocalKey;

pub use interned::{LocalInterned, LocalWeakInterned};
pub(crate) use table::{Ask, Make, find, find_or_make, find_or_make_is_new, place};

use super::RegistryInfo;
use crate::rc::{LocalHandles, Registered, Stored, ThreadSlot};

/// A type whose values exist once for each key on each thread: what `#[interned(local)]` implements.
///
/// The attribute is the usual way to implement it. By hand it takes a place for each thread's registry, and the key:
///
/// ```
/// use std::hash::{Hash, Hasher};
/// use std::rc::Rc;
/// use std::thread::LocalKey;
/// use weakcache::{DefaultHashBuilder, InternLocal, LocalInterned, ThreadSlot};
///
/// struct Name(Rc<str>);
///
/// impl InternLocal for Name {
///     type Hasher = DefaultHashBuilder;
///
///     fn slot() -> &'static LocalKey<ThreadSlot> {
///         thread_local! { static SLOT: ThreadSlot = const { ThreadSlot::new() }; }
///         &SLOT
///     }
///     fn hash_key<H: Hasher>(&self, state: &mut H) {
///         self.0.hash(state);
///     }
///     fn eq_key(&self, other: &Self) -> bool {
///         self.0 == other.0
///     }
/// }
///
/// let name = Name("Ada".into()).intern();
/// assert!(LocalInterned::ptr_eq(&name, &Name("Ada".into()).intern()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not interned by thread\n\
        help: put `#[interned(local)]` on `{Self}`",
    label = "has no registry of a thread"
)]
pub trait InternLocal: Stored + 'static {
    /// Makes the hashers of this type's keys; one instance a registry.
    type Hasher: BuildHasher + Default + 'static;

    /// Whether each value has a number; see [`Numbered`](super::Numbered).
    #[doc(hidden)]
    const NUMBERED: bool = false;

    /// Where each thread finds its registry of this type: the same place at every call.
    ///
    /// ```
    /// # use std::hash::{Hash, Hasher};
    /// # use std::thread::LocalKey;
    /// # use weakcache::{DefaultHashBuilder, InternLocal, ThreadSlot};
    /// struct Name(&'static str);
    ///
    /// impl InternLocal for Name {
    ///     type Hasher = DefaultHashBuilder;
    ///
    ///     fn slot() -> &'static LocalKey<ThreadSlot> {
    ///         thread_local!(static SLOT: ThreadSlot = const { ThreadSlot::new() });
    ///         &SLOT
    ///     }
    ///     // …
    /// #     fn hash_key<H: Hasher>(&self, state: &mut H) { self.0.hash(state); }
    /// #     fn eq_key(&self, other: &Self) -> bool { self.0 == other.0 }
    /// }
    ///
    /// assert!(Name("x").intern() == Name("x").intern());
    /// ```
    fn slot() -> &'static LocalKey<ThreadSlot>;

    /// The label of the registries.
    ///
    /// ```
    /// # use weakcache::{InternLocal, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// assert!(<Symbol as InternLocal>::name().ends_with("Symbol"));
    /// ```
    #[must_use]
    fn name() -> &'static str {
        type_name::<Self>()
    }

    /// The registry of the thread that asks.
    ///
    /// ```
    /// # use weakcache::{InternLocal, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// fn count<T: InternLocal>() -> usize {
    ///     T::registry().len()
    /// }
    ///
    /// let x = Symbol::new("x");
    /// assert_eq!(count::<Symbol>(), 1);
    /// # drop(x);
    /// ```
    #[must_use]
    fn registry() -> LocalRegistry<Self> {
        LocalRegistry {
            entries: table::with(|entries: table::Entries<'_, Self>| entries.registered()),
            of: PhantomData,
        }
    }

    /// Feeds the key fields, and nothing else, into `state`.
    ///
    /// ```
    /// # use weakcache::{InternLocal, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// use std::hash::{DefaultHasher, Hasher};
    ///
    /// let hash = |symbol: Symbol| {
    ///     let mut state = DefaultHasher::new();
    ///     symbol.hash_key(&mut state);
    ///     state.finish()
    /// };
    /// assert_eq!(hash(Symbol("x".into())), hash(Symbol("x".into())));
    /// ```
    fn hash_key<H: Hasher>(&self, state: &mut H);

    /// Whether `self` and `other` have equal keys. Values of equal keys must hash alike.
    ///
    /// ```
    /// # use weakcache::{InternLocal, interned};
    /// # #[interned(local)] struct Symbol(String);
    /// assert!(Symbol("x".into()).eq_key(&Symbol("x".into()))); // by the key fields
    /// ```
    fn eq_key(&self, other: &Self) -> bool;

    /// The one living value of this thread with the key of this one: `self`, now registered, or an older one, in which
    /// case `self` is dropped.
    ///
    /// ```
    /// # use weakcache::{interned, InternLocal, LocalInterned};
    /// #[interned(local)]
    /// pub struct Date { pub year: i32, pub month: u8, pub day: u8 }
    ///
    /// let a = Date { year: 2022, month: 12, day: 3 }.intern();
    /// assert!(LocalInterned::ptr_eq(&a, &Date::new(2022, 12, 3)));
    /// ```
    #[inline]
    fn intern(self) -> LocalInterned<Self>
    where
        Self: Sized,
    {
        find_or_make(self)
    }
}

/// The values of `T` that live on one thread, each found by its key and held weakly.
///
/// Got as `T::registry()`, which gives that of the calling thread. It holds the registry and no value, and stays on its
/// thread. What is said of a [`Registry`](super::Registry) holds of it, without the locks: all methods may be called from
/// within `Hash`, `Eq`, `Drop` and constructors of `T`.
///
/// ```
/// use std::cell::Cell;
/// use weakcache::{LocalInterned, interned};
///
/// #[interned(local)]
/// struct Counter {
///     name: String,
///     #[interned(init = Cell::new(0))]
///     count: Cell<u32>, // of no other thread's concern
/// }
///
/// let counter: LocalInterned<Counter> = Counter::new("x");
/// counter.count.set(1);
/// assert_eq!(Counter::new("x").count.get(), 1);
/// assert_eq!(Counter::registry().len(), 1);
/// std::thread::spawn(|| assert_eq!(Counter::registry().len(), 0)).join().unwrap();
/// ```
///
/// # The end of a thread
///
/// Handles in other thread-locals may outlive the registry: their values stay, and are still found. What a registry
/// takes of memory is given back with the last of them. A value that is leaked on a thread keeps the memory of its
/// registry.
pub struct LocalRegistry<T: ?Sized> {
    entries: Registered,
    of: PhantomData<fn(&T) -> &T>,
}

impl<T: ?Sized + InternLocal> LocalRegistry<T> {
    /// How many values live.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned(local)] pub struct Symbol(String);
    /// let (x, y) = (Symbol::new("x"), Symbol::new("y"));
    /// assert_eq!(Symbol::registry().len(), 2);
    /// drop(x);
    /// assert_eq!(Symbol::registry().len(), 1);
    /// # drop(y);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no value lives.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned(local)] struct Symbol(String);
    /// assert!(Symbol::registry().is_empty());
    /// let x = Symbol::new("x");
    /// assert!(!Symbol::registry().is_empty());
    /// # drop(x);
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values can live before the table grows.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned(local)] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(Symbol::registry().capacity() >= 1);
    /// # drop(x);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// The values that live now, each with a handle: a snapshot.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned(local)] pub struct Symbol(String);
    /// let held = [Symbol::new("x"), Symbol::new("y")];
    /// let mut names: Vec<_> = Symbol::registry().iter().map(|symbol| symbol.0.clone()).collect();
    /// names.sort();
    /// assert_eq!(names, ["x", "y"]);
    /// # drop(held);
    /// ```
    pub fn iter(&self) -> LocalIter<T> {
        LocalIter(self.entries.handles::<T, T::Hasher>())
    }

    /// Gives back memory that holds no value. An empty registry then has capacity 0.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned(local)] struct Symbol(String);
    /// drop((0..1000).map(|n| Symbol::new(n.to_string())).collect::<Vec<_>>());
    /// Symbol::registry().shrink_to_fit();
    /// assert_eq!(Symbol::registry().capacity(), 0);
    /// ```
    pub fn shrink_to_fit(&self) {
        self.entries.shrink_to_fit();
    }

    /// Makes room in the table for `additional` more values.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned(local)] struct Symbol(String);
    /// Symbol::registry().reserve(1000);
    /// assert!(Symbol::registry().capacity() >= 1000);
    /// ```
    ///
    /// # Panics
    ///
    /// If the capacity overflows.
    pub fn reserve(&self, additional: usize) {
        self.entries.reserve(additional);
    }

    /// The label of the registry: the type's path, or what `name = "…"` says.
    ///
    /// ```
    /// # use weakcache::interned;
    /// #[interned(local, name = "symbols")]
    /// struct Symbol(String);
    ///
    /// assert_eq!(Symbol::registry().name(), "symbols");
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        T::name()
    }

    /// What the registry has counted so far.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned(local)] pub struct Symbol(String);
    /// let x = Symbol::new("x"); // a miss
    /// let y = Symbol::new("x"); // a hit
    /// assert!(Symbol::get("z").is_none()); // a miss
    /// let info = Symbol::registry().info();
    /// assert_eq!((info.hits, info.misses, info.live), (1, 2, 1));
    /// # drop((x, y));
    /// ```
    #[must_use]
    pub fn info(&self) -> RegistryInfo {
        let (hits, misses) = self.entries.counters();
        RegistryInfo { hits, misses, live: self.len() }
    }
}

impl<T: ?Sized> Clone for LocalRegistry<T> {
    /// The same registry.
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), of: PhantomData }
    }
}

impl<T: ?Sized + InternLocal> fmt::Debug for LocalRegistry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalRegistry")
            .field("name", &self.name())
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl<T: ?Sized + InternLocal> IntoIterator for &LocalRegistry<T> {
    type Item = LocalInterned<T>;
    type IntoIter = LocalIter<T>;

    fn into_iter(self) -> LocalIter<T> {
        self.iter()
    }
}

/// What [`LocalRegistry::iter`] returns.
///
/// ```
/// # use weakcache::interned;
/// # #[interned(local)] struct Symbol(String);
/// let x = Symbol::new("x");
/// assert!(Symbol::registry().iter().next() == Some(x));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct LocalIter<T: ?Sized>(LocalHandles<T>);

impl<T: ?Sized> Iterator for LocalIter<T> {
    type Item = LocalInterned<T>;

    fn next(&mut self) -> Option<LocalInterned<T>> {
        self.0.next().map(LocalInterned)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T: ?Sized> ExactSizeIterator for LocalIter<T> {}

impl<T: ?Sized> FusedIterator for LocalIter<T> {}

impl<T: ?Sized> fmt::Debug for LocalIter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalIter").finish_non_exhaustive()
    }
}
