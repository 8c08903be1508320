//! Weak containers of interned values: those of `weak`, with the handles of `registry`, which do not know each other.
#![forbid(unsafe_code)]

use crate::registry::Interned;
use crate::weak::{ByAddress, KeyMap, Set};

/// [`WeakKeyMap`](crate::WeakKeyMap) by identity for keys that are [`Interned`]: an entry is there as long as someone
/// else holds the value that it is about.
///
/// See [`KeyMap`] for what it does. Look-ups take a handle, and compare addresses. A later value is never taken for a dead
/// one: the place of a value is not used again while it has an entry.
///
/// A registry does not tell when a value dies, so the dead are invisible at once and not counted, but what was stored
/// under them is dropped, and their places are given back, only when the map has grown by as much again, or by
/// [`sweep`](KeyMap::sweep).
///
/// ```
/// use weakcache::{InternedWeakKeyMap, interned};
///
/// #[interned]
/// struct Symbol(String);
///
/// let uses: InternedWeakKeyMap<Symbol, u32> = InternedWeakKeyMap::by_identity();
/// let x = Symbol::new("x");
/// uses.insert(&x, 1);
/// assert_eq!(uses.get(&Symbol::new("x")), Some(1));
///
/// drop(x);
/// assert!(Symbol::registry().is_empty()); // the map keeps no value
/// assert!(uses.is_empty());
/// assert_eq!(uses.get(&Symbol::new("x")), None);
/// ```
///
/// Of handles of one's own, `Term` in `#[interned(handle = Term)]`, it is `KeyMap<Term, V, ByAddress>`.
pub type InternedWeakKeyMap<K, V, S = ByAddress> = KeyMap<Interned<K>, V, S>;

/// [`WeakSet`](crate::WeakSet) by identity for elements that are [`Interned`].
///
/// See [`Set`] for what it does, and [`InternedWeakKeyMap`] for when the dead are gone.
///
/// ```
/// use weakcache::{InternedWeakSet, interned};
///
/// #[interned]
/// struct Symbol(String);
///
/// let reserved: InternedWeakSet<Symbol> = InternedWeakSet::by_identity();
/// let x = Symbol::new("while");
/// assert!(reserved.insert(&x));
/// assert!(reserved.contains(&Symbol::new("while")));
///
/// drop(x);
/// assert!(!reserved.contains(&Symbol::new("while")));
/// assert_eq!(reserved.sweep(), 1);
/// ```
pub type InternedWeakSet<T, S = ByAddress> = Set<Interned<T>, S>;
