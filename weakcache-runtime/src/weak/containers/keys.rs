//! What maps with weak keys and weak sets have in common.
#![forbid(unsafe_code)]

use crate::DefaultHashBuilder;
use crate::weak::containers::built_in;
use crate::weak::containers::held::Held;
use crate::weak::containers::pointer::Pointer;
use crate::weak::containers::table::{Entry, Owned, Placed, Table};
use crate::weak::death;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::mem;
use std::panic::Location;
use weakcache_inspect::Kind;

/// How a container with weak keys tells them apart: by value, if it is a
/// [`BuildHasher`], or [`ByAddress`].
///
/// ```
/// use weakcache::weak::Keying;
/// use weakcache::{ByAddress, Strong, WeakSet};
///
/// fn remembered<S: Keying<Strong<str>> + Send + Sync + 'static>(set: &WeakSet<str, S>, text: &Strong<str>) {
///     set.insert(text);
///     assert_eq!(set.len(), 1);
/// }
///
/// let text = Strong::from("text");
/// remembered(&WeakSet::new(), &text); // by value
/// remembered::<ByAddress>(&WeakSet::by_identity(), &text);
/// ```
pub trait Keying<P: Pointer> {
    #[doc(hidden)]
    fn hash_key(&self, key: &P) -> u64;
    #[doc(hidden)]
    fn same(key: &P, held: &P) -> bool;
    /// Whether `same` runs no user code.
    #[doc(hidden)]
    fn is_plain() -> bool;
}

/// What a container with weak keys can be asked with: a borrowed form of the key, or, if it tells keys
/// apart [`ByAddress`], a handle.
///
/// ```
/// use weakcache::{ByAddress, Strong, WeakSet};
///
/// let text = Strong::from("text");
/// let (by_value, by_identity) = (WeakSet::<str>::new(), WeakSet::<str, ByAddress>::by_identity());
/// by_value.insert(&text);
/// by_identity.insert(&text);
/// assert!(by_value.contains("text")); // a borrowed form of the key
/// assert!(by_identity.contains(&text)); // a handle
/// ```
pub trait Lookup<P: Pointer, Q: ?Sized> {
    #[doc(hidden)]
    fn hash_query(&self, query: &Q) -> u64;
    #[doc(hidden)]
    fn matches(query: &Q, held: &P) -> bool;
    /// Whether `matches` runs no user code.
    #[doc(hidden)]
    fn is_plain() -> bool;
}

impl<P: Pointer, S: BuildHasher> Keying<P> for S
where
    P::Target: Hash + Eq,
{
    #[inline]
    fn hash_key(&self, key: &P) -> u64 {
        self.hash_one(&**key)
    }

    #[inline]
    fn same(key: &P, held: &P) -> bool {
        **key == **held
    }

    #[inline]
    fn is_plain() -> bool {
        built_in::compares::<P::Target, P::Target>()
    }
}

impl<P: Pointer, Q: ?Sized + Hash + Eq, S: BuildHasher> Lookup<P, Q> for S
where
    P::Target: Borrow<Q>,
{
    #[inline]
    fn hash_query(&self, query: &Q) -> u64 {
        self.hash_one(query)
    }

    #[inline]
    fn matches(query: &Q, held: &P) -> bool {
        (**held).borrow() == query
    }

    #[inline]
    fn is_plain() -> bool {
        built_in::compares::<P::Target, Q>()
    }
}

/// In the place of a hasher: keys are the same if they are one value, whatever they contain.
///
/// ```
/// use weakcache::{ByAddress, Strong, WeakKeyMap};
///
/// struct Window; // neither `Hash` nor `Eq`
///
/// let titles: WeakKeyMap<Window, String, ByAddress> = WeakKeyMap::by_identity();
/// let [one, two] = [Strong::new(Window), Strong::new(Window)];
/// titles.insert(&one, "one".to_string());
/// assert!(titles.contains_key(&one) && !titles.contains_key(&two));
/// ```
#[derive(Clone, Debug, Default)]
pub struct ByAddress(DefaultHashBuilder);

impl<P: Pointer> Keying<P> for ByAddress {
    #[inline]
    fn hash_key(&self, key: &P) -> u64 {
        self.0.hash_one(P::address(key).addr())
    }

    #[inline]
    fn same(key: &P, held: &P) -> bool {
        P::address(key) == P::address(held)
    }

    #[inline]
    fn is_plain() -> bool {
        true
    }
}

impl<P: Pointer> Lookup<P, P> for ByAddress {
    #[inline]
    fn hash_query(&self, query: &P) -> u64 {
        self.hash_key(query)
    }

    #[inline]
    fn matches(query: &P, held: &P) -> bool {
        Self::same(query, held)
    }

    #[inline]
    fn is_plain() -> bool {
        true
    }
}

/// What is filed under a weak key.
pub(super) trait Data: Send + Sync + 'static {
    /// Where a share has been taken of it, it is not for the taking; see `key_map`.
    fn share(&self) -> Self;
    /// What has to be dropped where user code may run.
    fn remains(self) -> Option<death::Entry>;
}

impl Data for () {
    fn share(&self) {}

    fn remains(self) -> Option<death::Entry> {
        None
    }
}

impl<V: Send + Sync + 'static> Data for Held<V> {
    #[inline]
    fn share(&self) -> Self {
        self.share()
    }

    fn remains(self) -> Option<death::Entry> {
        self.remains()
    }
}

pub(super) struct Item<P: Pointer, D> {
    key: P::Weak,
    data: D,
}

impl<P: Pointer, D: Data> Entry for Item<P, D> {
    /// The key alone: while it is compared nobody has a share of the data.
    type Found = P;

    const HOOKED: bool = P::HOOKED;
    const REFERS: bool = false;

    fn found(&self) -> Option<P> {
        P::upgrade(&self.key)
    }

    fn is_live(&self) -> bool {
        P::is_live(&self.key)
    }

    fn is(&self, key: &P) -> bool {
        self.address() == P::address(key)
    }

    fn name(&self) -> usize {
        self.address().addr()
    }

    fn name_of(key: &P) -> usize {
        P::address(key).addr()
    }

    fn exchange(&mut self, other: &mut Self) {
        mem::swap(&mut self.data, &mut other.data);
    }

    fn address(&self) -> *const () {
        P::weak_address(&self.key)
    }

    fn unlink(&self, table: *const (), hash: u64) {
        P::unlink(&self.key, table, hash);
    }

    fn remains(self) -> Option<death::Entry> {
        self.data.remains()
    }
}

/// Weak keys with data: a map if that is a value, a set if it is nothing.
pub(super) struct Keys<P: Pointer, D, S> {
    table: Owned<Item<P, D>>,
    keying: S,
}

impl<P: Pointer, D: Data, S> Keys<P, D, S> {
    pub(super) fn new(keying: S) -> Self {
        Self { table: Owned::new(), keying }
    }

    /// Lists it under a name.
    pub(super) fn list(&mut self, kind: Kind, name: String, location: &'static Location<'static>) {
        self.table.list(kind, name, location);
    }

    pub(super) fn table(&self) -> &Table<Item<P, D>> {
        &self.table
    }

    /// The key that is there.
    #[inline]
    pub(super) fn find<Q: ?Sized>(&self, query: &Q) -> Option<P>
    where
        S: Lookup<P, Q>,
    {
        self.find_hashed(self.keying.hash_query(query), S::is_plain(), |held| S::matches(query, held))
    }

    /// The key that is there, and a share of the data.
    #[inline]
    pub(super) fn get<Q: ?Sized>(&self, query: &Q) -> Option<(P, D)>
    where
        S: Lookup<P, Q>,
    {
        self.get_hashed(self.keying.hash_query(query), S::is_plain(), |held| S::matches(query, held))
    }

    /// A share of the data of an equal key, and that key.
    pub(super) fn get_key(&self, key: &P) -> Option<(P, D)>
    where
        S: Keying<P>,
    {
        let plain = <S as Keying<P>>::is_plain();
        self.get_hashed(self.keying.hash_key(key), plain, |held| S::same(key, held))
    }

    /// A share of the data of the very key that is held.
    pub(super) fn get_held(&self, hash: u64, key: &P) -> Option<D> {
        let address = P::address(key);
        self.table.pick(hash, |item| (item.address() == address).then(|| item.data.share()))
    }

    #[inline]
    fn find_hashed(&self, hash: u64, plain: bool, matches: impl Fn(&P) -> bool) -> Option<P> {
        if plain {
            self.find_in_lock(hash, matches, |_| ()).map(|(key, ())| key)
        } else {
            self.table.find(hash, matches)
        }
    }

    #[inline]
    fn get_hashed(&self, hash: u64, plain: bool, matches: impl Fn(&P) -> bool) -> Option<(P, D)> {
        if plain {
            return self.find_in_lock(hash, matches, |item| item.data.share());
        }
        loop {
            let key = self.table.find(hash, &matches)?;
            if let Some(data) = self.get_held(hash, &key) {
                return Some((key, data));
            }
            // It has left meanwhile; another one may have come.
        }
    }

    /// For a comparison without user code.
    #[inline]
    fn find_in_lock<R>(
        &self,
        hash: u64,
        matches: impl Fn(&P) -> bool,
        read: impl Fn(&Item<P, D>) -> R,
    ) -> Option<(P, R)> {
        // Whoever drops the last handle runs user code: not under the lock.
        let mut others = Vec::new();
        let found = self.table.pick(hash, |item| {
            let key = P::upgrade(&item.key)?;
            if matches(&key) {
                return Some((key, read(item)));
            }
            others.push(key);
            None
        });
        drop(others);
        found
    }

    /// Takes the entry out.
    pub(super) fn remove<Q: ?Sized>(&self, query: &Q) -> Option<D>
    where
        S: Lookup<P, Q>,
    {
        let hash = self.keying.hash_query(query);
        loop {
            let key = self.find_hashed(hash, S::is_plain(), |held| S::matches(query, held))?;
            let data = self.remove_if(hash, &key, |_| true);
            drop(key);
            if data.is_some() {
                return data;
            }
            // Another thread was quicker; its entry may be followed by another one.
        }
    }

    /// Removes the entry of this very key, if its data is `picked`.
    pub(super) fn remove_if(&self, hash: u64, key: &P, picked: impl Fn(&D) -> bool) -> Option<D> {
        let address = P::address(key);
        let item = self.table.remove(hash, |item| item.address() == address && picked(&item.data));
        item.map(|item| item.data)
    }

    /// Enters `data`, or hands back what it replaces.
    pub(super) fn insert(&self, key: &P, data: D) -> Option<D>
    where
        S: Keying<P>,
    {
        match self.place(key, data, true) {
            Placed::Replaced(old) => Some(old.data),
            Placed::Added | Placed::Kept(..) => None,
        }
    }

    /// Enters `data`, unless there is an equal key: says whether it did.
    pub(super) fn insert_if_absent(&self, key: &P, data: D) -> bool
    where
        S: Keying<P>,
    {
        match self.place(key, data, false) {
            Placed::Added | Placed::Replaced(_) => true,
            Placed::Kept(..) => false,
        }
    }

    fn place(&self, key: &P, data: D, replace: bool) -> Placed<Item<P, D>>
    where
        S: Keying<P>,
    {
        let hash = self.keying.hash_key(key);
        let item = Item { key: P::downgrade(key), data };
        let link = || P::link(key, self.table.shared(), hash);
        if <S as Keying<P>>::is_plain() {
            let mut held = Vec::new();
            let same = |old: &Item<P, D>, _: &Item<P, D>| {
                P::upgrade(&old.key).is_some_and(|old| {
                    let same = S::same(key, &old);
                    held.push(old);
                    same
                })
            };
            let placed = self.table.place_in_lock(hash, item, same, replace, link);
            drop(held);
            placed
        } else {
            self.table.place(hash, item, |held, _| S::same(key, held), replace, link)
        }
    }
}
