//! Registries of weak values, and the handles that keep them alive.
#![deny(unsafe_code)]

mod borrowed;
#[cfg(feature = "serde")]
pub(crate) mod fields;
mod interned;
#[cfg(not(loom))]
pub(crate) mod local;
mod own;
#[cfg(feature = "serde")]
pub(crate) mod serde;
mod table;
mod text;
mod value;

use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::iter::FusedIterator;
use std::num::NonZero;
use std::panic::Location;

pub use borrowed::InternedRef;
pub use interned::{Interned, WeakInterned};
pub use own::Newtype;
pub use text::Str;
pub use value::{Value, Wrapped};

use crate::rc::{Begun, Entries, Handles, Stored};
pub(crate) use table::{Ask, Make, find, find_or_make, find_or_make_is_new, place};

/// A type whose values exist once for each key: what `#[interned]` implements.
///
/// The attribute is the usual way to implement it. By hand it takes a static [`Registry`] and the key:
///
/// ```
/// use std::hash::{Hash, Hasher};
/// use weakcache::{DefaultHashBuilder, Intern, Interned, Registry};
///
/// struct Name(&'static str);
///
/// impl Intern for Name {
///     type Hasher = DefaultHashBuilder;
///
///     fn registry() -> &'static Registry<Self> {
///         static REGISTRY: Registry<Name> = Registry::new("Name");
///         &REGISTRY
///     }
///     fn hash_key<H: Hasher>(&self, state: &mut H) {
///         self.0.hash(state);
///     }
///     fn eq_key(&self, other: &Self) -> bool {
///         self.0 == other.0
///     }
/// }
///
/// let name = Name("Ada").intern();
/// assert!(Interned::ptr_eq(&name, &Name("Ada").intern()));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not interned\n\
        help: put `#[interned]` on `{Self}`",
    label = "has no registry"
)]
pub trait Intern: Stored + Send + Sync + 'static {
    /// Makes the hashers of this type's keys; one instance a registry.
    type Hasher: BuildHasher + Default + Send + Sync + 'static;

    /// Whether each value has a number; see [`Numbered`].
    #[doc(hidden)]
    const NUMBERED: bool = false;

    /// The registry of this type: the same one at every call.
    ///
    /// ```
    /// # use weakcache::{Intern, interned};
    /// # #[interned] struct Symbol(String);
    /// fn count<T: Intern>() -> usize {
    ///     T::registry().len()
    /// }
    ///
    /// let x = Symbol::new("x");
    /// assert_eq!(count::<Symbol>(), 1);
    /// # drop(x);
    /// ```
    fn registry() -> &'static Registry<Self>;

    /// Feeds the key fields, and nothing else, into `state`.
    ///
    /// ```
    /// # use weakcache::{Intern, interned};
    /// # #[interned] struct Symbol(String);
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
    /// # use weakcache::{Intern, interned};
    /// # #[interned] struct Symbol(String);
    /// assert!(Symbol("x".into()).eq_key(&Symbol("x".into()))); // by the key fields
    /// ```
    fn eq_key(&self, other: &Self) -> bool;

    /// The one living value with the key of this one: `self`, now registered, or an older one, in
    /// which case `self` is dropped.
    ///
    /// ```
    /// # use weakcache::{interned, Intern, Interned};
    /// #[interned]
    /// pub struct Date { pub year: i32, pub month: u8, pub day: u8 }
    ///
    /// let a = Date { year: 2022, month: 12, day: 3 }.intern();
    /// assert!(Interned::ptr_eq(&a, &Date::new(2022, 12, 3)));
    /// ```
    #[inline]
    fn intern(self) -> Interned<Self>
    where
        Self: Sized,
    {
        find_or_make(self)
    }
}

/// A type whose values have numbers, in the order in which they were registered: what `#[interned(numbered)]`
/// implements, and nothing else does.
///
/// See [`Interned::number`].
///
/// ```
/// use weakcache::{Interned, Numbered, interned};
///
/// #[interned(numbered)]
/// struct Symbol(String);
///
/// fn oldest<T: Numbered>(nodes: &[Interned<T>]) -> Option<&Interned<T>> {
///     nodes.iter().min_by_key(|node| Interned::number(node))
/// }
///
/// let (x, y) = (Symbol::new("x"), Symbol::new("y"));
/// assert!(oldest(&[y, x.clone()]) == Some(&x));
/// ```
#[diagnostic::on_unimplemented(
    message = "the values of `{Self}` have no numbers\n\
        help: write `#[interned(numbered)]` on `{Self}`",
    label = "not numbered"
)]
pub trait Numbered {}

/// The registry of `T`, for generic code.
///
/// ```
/// use weakcache::{Intern, interned};
///
/// #[interned]
/// pub struct Symbol(String);
///
/// fn live<T: Intern>() -> usize {
///     weakcache::registry::<T>().len()
/// }
///
/// let x = Symbol::new("x");
/// assert_eq!(live::<Symbol>(), 1);
/// # drop(x);
/// ```
#[inline]
#[must_use]
pub fn registry<T: ?Sized + Intern>() -> &'static Registry<T> {
    T::registry()
}

/// The values of `T` that live, each found by its key and held weakly.
///
/// A type has one, reached as `T::registry()` or [`registry::<T>()`](registry). It is empty until the first
/// value is interned, and allocates nothing until the first look-up. All methods take `&self` and may be
/// called from any thread, also from within `Hash`, `Eq`, `Drop` and constructors of `T`.
///
/// ```
/// use weakcache::{Registry, interned};
///
/// #[interned]
/// struct Symbol(String);
///
/// let registry: &'static Registry<Symbol> = Symbol::registry();
/// let x = Symbol::new("x");
/// assert_eq!(registry.len(), 1);
/// assert!(registry.iter().all(|symbol| symbol == x));
/// ```
///
/// # Memory
///
/// An entry takes 16 bytes beside its value and, in a large table, between 9 and 12 in that. Entries lie
/// together in blocks of 4 KiB; a block is given back when the last entry in it is gone, and tables shrink as
/// they empty. A [`WeakInterned`] keeps the memory of its entry in use, not the value.
///
/// Look-ups take no lock. So a table that was replaced, or a block that is empty, is freed once no look-up
/// that may be reading it is under way, and not before there are 128 KiB of such memory in the process, or
/// the last entry of a part of a registry goes. Each thread that looks up takes about 1 KiB, which another
/// thread uses when it ends.
///
/// # Fork
///
/// The child of a `fork` may use registries only if no other thread of the parent was using one at that
/// moment. (Look-ups of such threads are never over in the child: there, memory that they might read would be
/// kept for good. A lock that one held is never given up.)
pub struct Registry<T: ?Sized + Intern> {
    name: &'static str,
    location: &'static Location<'static>,
    shards: Option<NonZero<usize>>,
    entries: Entries<T, T::Hasher>,
}

impl<T: ?Sized + Intern> Registry<T> {
    /// An empty registry, for an implementation of [`Intern`] by hand. `name` is a label for reports.
    ///
    /// A type has one registry: make it a `static`. (The table of a registry which is dropped all the same
    /// is leaked, as handles may still lead to it.)
    ///
    /// ```
    /// use std::hash::{Hash, Hasher};
    /// use weakcache::{DefaultHashBuilder, Intern, Registry};
    ///
    /// struct Name(&'static str);
    ///
    /// impl Intern for Name {
    ///     type Hasher = DefaultHashBuilder;
    ///
    ///     fn registry() -> &'static Registry<Self> {
    ///         static REGISTRY: Registry<Name> = Registry::new("names");
    ///         &REGISTRY
    ///     }
    ///     // …
    /// #     fn hash_key<H: Hasher>(&self, state: &mut H) { self.0.hash(state); }
    /// #     fn eq_key(&self, other: &Self) -> bool { self.0 == other.0 }
    /// }
    ///
    /// assert_eq!(Name::registry().name(), "names");
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self { name, location: Location::caller(), shards: None, entries: Entries::new() }
    }

    /// As [`new`](Self::new), with `shards` locks, rounded up to a power of two, in place of four for each
    /// processor.
    ///
    /// ```
    /// # use std::hash::{Hash, Hasher};
    /// # use weakcache::{DefaultHashBuilder, Intern, Registry};
    /// # struct Name(&'static str);
    /// # impl Intern for Name {
    /// #     type Hasher = DefaultHashBuilder;
    /// #     fn registry() -> &'static Registry<Self> { &REGISTRY }
    /// #     fn hash_key<H: Hasher>(&self, state: &mut H) { self.0.hash(state); }
    /// #     fn eq_key(&self, other: &Self) -> bool { self.0 == other.0 }
    /// # }
    /// // As `#[interned(shards = 1)]` has it.
    /// static REGISTRY: Registry<Name> = Registry::with_shards("names", 1);
    /// # Name("x").intern();
    /// ```
    ///
    /// # Panics
    ///
    /// If `shards` is 0; when the registry is a static, that is an error at compile time.
    #[must_use]
    #[track_caller]
    pub const fn with_shards(name: &'static str, shards: usize) -> Self {
        let Some(shards) = NonZero::new(shards) else { panic!("a registry has at least one shard") };
        Self { name, location: Location::caller(), shards: Some(shards), entries: Entries::new() }
    }

    /// How many values live.
    ///
    /// Takes one lock after the other. A value whose last handle another thread is dropping at this very
    /// moment may or may not be counted.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned] pub struct Symbol(String);
    /// let (x, y) = (Symbol::new("x"), Symbol::new("y"));
    /// assert_eq!(Symbol::registry().len(), 2);
    /// drop(x);
    /// assert_eq!(Symbol::registry().len(), 1);
    /// # drop(y);
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.get().map_or(0, Begun::len)
    }

    /// Whether no value lives.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned] struct Symbol(String);
    /// assert!(Symbol::registry().is_empty());
    /// let x = Symbol::new("x");
    /// assert!(!Symbol::registry().is_empty());
    /// # drop(x);
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many values can live before a table grows, if they spread evenly.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned] struct Symbol(String);
    /// let x = Symbol::new("x");
    /// assert!(Symbol::registry().capacity() >= 1);
    /// # drop(x);
    /// ```
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.get().map_or(0, Begun::capacity)
    }

    /// The values that live now, each with a handle.
    ///
    /// The snapshot is taken shard by shard, as the iterator gets there; what it yields does not die
    /// before it is yielded. No lock is held between two steps.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned] pub struct Symbol(String);
    /// let held = [Symbol::new("x"), Symbol::new("y")];
    /// let mut names: Vec<_> = Symbol::registry().iter().map(|symbol| symbol.0.clone()).collect();
    /// names.sort();
    /// assert_eq!(names, ["x", "y"]);
    /// # drop(held);
    /// ```
    pub fn iter(&self) -> Iter<T> {
        Iter(self.entries.get().map(Begun::handles))
    }

    /// Gives back memory that holds no value. An empty registry then has capacity 0.
    ///
    /// Tables shrink by themselves as they empty; what this frees beyond that is a spare block and a small
    /// table a shard, and what [`reserve`](Self::reserve) asked for. The shards themselves, 136 bytes each,
    /// stay.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned] struct Symbol(String);
    /// drop((0..1000).map(|n| Symbol::new(n.to_string())).collect::<Vec<_>>());
    /// Symbol::registry().shrink_to_fit();
    /// assert_eq!(Symbol::registry().capacity(), 0);
    /// ```
    pub fn shrink_to_fit(&self) {
        if let Some(entries) = self.entries.get() {
            entries.shrink_to_fit();
        }
    }

    /// Makes room in the tables for `additional` more values, if they spread evenly.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned] struct Symbol(String);
    /// Symbol::registry().reserve(1000);
    /// assert!(Symbol::registry().capacity() >= 1000);
    /// ```
    ///
    /// # Panics
    ///
    /// If the capacity overflows.
    pub fn reserve(&self, additional: usize) {
        self.begun().reserve(additional);
    }

    /// The label of the registry: the type's path, or what `name = "…"` says.
    ///
    /// ```
    /// # use weakcache::interned;
    /// #[interned(name = "symbols")]
    /// struct Symbol(String);
    ///
    /// assert_eq!(Symbol::registry().name(), "symbols");
    /// ```
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the registry has counted so far.
    ///
    /// ```
    /// # use weakcache::interned;
    /// # #[interned] pub struct Symbol(String);
    /// let x = Symbol::new("x"); // a miss
    /// let y = Symbol::new("x"); // a hit
    /// assert!(Symbol::get("z").is_none()); // a miss
    /// let info = Symbol::registry().info();
    /// assert_eq!((info.hits, info.misses, info.live), (1, 2, 1));
    /// # drop((x, y));
    /// ```
    #[must_use]
    pub fn info(&self) -> RegistryInfo {
        let Some(entries) = self.entries.get() else { return RegistryInfo::default() };
        let (hits, misses) = entries.counters();
        RegistryInfo { hits, misses, live: entries.len() }
    }
}

/// The hasher that the registry of `T` makes.
pub type HasherOf<T> = <<T as Intern>::Hasher as BuildHasher>::Hasher;

impl<T: ?Sized + Intern> fmt::Debug for Registry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("name", &self.name).field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<T: ?Sized + Intern> IntoIterator for &Registry<T> {
    type Item = Interned<T>;
    type IntoIter = Iter<T>;

    fn into_iter(self) -> Iter<T> {
        self.iter()
    }
}

/// What [`Registry::iter`] returns.
///
/// ```
/// # use weakcache::interned;
/// # #[interned] struct Symbol(String);
/// let (x, y) = (Symbol::new("x"), Symbol::new("y"));
/// let mut names: Vec<_> = Symbol::registry().iter().map(|symbol| symbol.0.clone()).collect();
/// names.sort();
/// assert_eq!(names, ["x", "y"]);
/// # drop((x, y));
/// ```
#[must_use = "iterators are lazy and do nothing unless consumed"]
pub struct Iter<T: ?Sized + 'static>(Option<Handles<T>>);

impl<T: ?Sized> Iterator for Iter<T> {
    type Item = Interned<T>;

    fn next(&mut self) -> Option<Interned<T>> {
        self.0.as_mut()?.next().map(Interned)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.as_ref().map_or((0, Some(0)), Iterator::size_hint)
    }
}

impl<T: ?Sized> FusedIterator for Iter<T> {}

impl<T: ?Sized> fmt::Debug for Iter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}

/// The counters of a registry at one moment; see [`Registry::info`].
///
/// ```
/// # use weakcache::interned;
/// # #[interned] struct Symbol(String);
/// let (x, same) = (Symbol::new("x"), Symbol::new("x"));
/// let info = Symbol::registry().info();
/// assert_eq!((info.hits, info.misses, info.live), (1, 1, 1));
/// # drop((x, same));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct RegistryInfo {
    /// Look-ups that found a living value, those by `get` included.
    pub hits: u64,
    /// Look-ups that did not.
    pub misses: u64,
    /// Values that live.
    pub live: usize,
}

/// What can be part of a key: every `Hash + Eq`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be part of an interning key\n\
        help: derive `Hash` and `Eq` for it and for what it holds; hold an `Interned` of what is interned itself; \
            or mark the field `#[interned(init = …)]` if it follows from the others",
    label = "a key field must be `Hash + Eq`"
)]
pub trait Key {
    // Expansions call these and not `Hash` and `Eq`: so both ways of not being a key are one error. For
    // that the two are no supertraits either.
    fn hash_into<H: Hasher>(&self, state: &mut H);
    fn equals(&self, other: &Self) -> bool;
}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + ?Sized> Key for T {
    #[inline]
    fn hash_into<H: Hasher>(&self, state: &mut H) {
        self.hash(state);
    }

    #[inline]
    fn equals(&self, other: &Self) -> bool {
        self == other
    }
}
