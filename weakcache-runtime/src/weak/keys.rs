//! What maps with weak keys and weak sets have in common.
#![forbid(unsafe_code)]

use crate::DefaultHashBuilder;
use crate::sync::Arc;
use crate::weak::Pointer;
use crate::weak::hooks::Hooks;
use crate::weak::table::{Entry, Placed, Table};
use std::any::Any;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::mem;

/// How a container with weak keys tells them apart: by value, if it is a
/// [`BuildHasher`], or [`ByAddress`].
pub trait Keying<P: Pointer> {
    #[doc(hidden)]
    fn hash_key(&self, key: &P) -> u64;
    #[doc(hidden)]
    fn same(key: &P, held: &P) -> bool;
}

/// What a container with weak keys can be asked with: a borrowed form of the key, or, if it tells keys
/// apart [`ByAddress`], a handle.
pub trait Lookup<P: Pointer, Q: ?Sized> {
    #[doc(hidden)]
    fn hash_query(&self, query: &Q) -> u64;
    #[doc(hidden)]
    fn matches(query: &Q, held: &P) -> bool;
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
}

/// What is filed under a weak key. Cloning runs no user code.
pub(super) trait Data: Clone + Send + Sync + 'static {
    /// What has to be dropped where user code may run.
    fn remains(self) -> Option<Arc<dyn Any>>;
}

impl Data for () {
    fn remains(self) -> Option<Arc<dyn Any>> {
        None
    }
}

impl<V: Send + Sync + 'static> Data for Arc<V> {
    fn remains(self) -> Option<Arc<dyn Any>> {
        mem::needs_drop::<V>().then_some(self)
    }
}

pub(super) struct Item<P: Pointer, D> {
    key: P::Weak,
    data: D,
    watch: P::Watch,
}

impl<P: Pointer, D: Data> Entry for Item<P, D> {
    type Found = (P, D);

    const HOOKED: bool = P::HOOKED;

    fn found(&self) -> Option<Self::Found> {
        P::upgrade(&self.key).map(|key| (key, self.data.clone()))
    }

    fn is_live(&self) -> bool {
        P::is_live(&self.key)
    }

    fn is(&self, (key, _): &Self::Found) -> bool {
        P::points_to(&self.key, key)
    }

    fn exchange(&mut self, other: &mut Self) {
        mem::swap(&mut self.data, &mut other.data);
    }

    fn is_watched_by(&self, hooks: &Arc<Hooks>, id: u64) -> bool {
        P::is_watch(&self.watch, hooks, id)
    }

    fn remains(self) -> Option<Arc<dyn Any>> {
        self.data.remains()
    }
}

/// Weak keys with data: a map if that is a value, a set if it is nothing.
pub(super) struct Keys<P: Pointer, D, S> {
    table: Arc<Table<Item<P, D>>>,
    keying: S,
}

impl<P: Pointer, D: Data, S> Keys<P, D, S> {
    pub(super) fn new(keying: S) -> Self {
        Self { table: Arc::new(Table::new()), keying }
    }

    pub(super) fn table(&self) -> &Table<Item<P, D>> {
        &self.table
    }

    #[inline]
    pub(super) fn find<Q: ?Sized>(&self, query: &Q) -> Option<(P, D)>
    where
        S: Lookup<P, Q>,
    {
        self.table.find(self.keying.hash_query(query), |(held, _)| S::matches(query, held))
    }

    pub(super) fn remove<Q: ?Sized>(&self, query: &Q) -> Option<D>
    where
        S: Lookup<P, Q>,
    {
        let hash = self.keying.hash_query(query);
        loop {
            let (key, data) = self.table.find(hash, |(held, _)| S::matches(query, held))?;
            drop(data); // so that nobody waits for it
            if let Some(data) = self.remove_if(hash, &key, |_| true) {
                return Some(data);
            }
            // Another thread was quicker; its entry may be followed by another one.
        }
    }

    /// Removes the entry of this very key, if its data is `picked`, by address.
    pub(super) fn remove_if(&self, hash: u64, key: &P, picked: impl Fn(&D) -> bool) -> Option<D> {
        let picked = |item: &Item<P, D>| P::points_to(&item.key, key) && picked(&item.data);
        self.table.remove(hash, picked).map(|item| item.data)
    }

    /// The data of an equal key.
    pub(super) fn find_key(&self, key: &P) -> Option<D>
    where
        S: Keying<P>,
    {
        self.table.find(self.keying.hash_key(key), |(held, _)| S::same(key, held)).map(|(_, data)| data)
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

    /// Enters `data`, or says what was there first.
    pub(super) fn insert_if_absent(&self, key: &P, data: D) -> Result<(), D>
    where
        S: Keying<P>,
    {
        match self.place(key, data, false) {
            Placed::Kept((_, earlier), _) => Err(earlier),
            Placed::Added | Placed::Replaced(_) => Ok(()),
        }
    }

    fn place(&self, key: &P, data: D, replace: bool) -> Placed<Item<P, D>>
    where
        S: Keying<P>,
    {
        let hash = self.keying.hash_key(key);
        let watch = P::watch(key, &self.table, hash);
        let item = Item { key: P::downgrade(key), data, watch };
        self.table.place(hash, item, |(held, _), _| S::same(key, held), replace)
    }
}
