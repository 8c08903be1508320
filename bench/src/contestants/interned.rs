//! Interning: a date (8 bytes, no allocation of its own) and a string of 16 bytes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::rc::{self, Rc};
use std::sync::{Arc, LazyLock, Mutex, Weak};

use dashmap::{DashMap, SharedValue};
use intern_arc::{HashInterner, InternedHash};
use internment::ArcIntern;
use lasso::ThreadedRodeo;
use rustc_hash::FxBuildHasher;
use ustr::Ustr;
use weakcache::{Interned, InternedRef, LocalInterned, Str, interned};

#[interned(get = false)]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

/// The same on one thread.
#[interned(local, get = false)]
pub struct LocalDate {
    year: i32,
    month: u8,
    day: u8,
}

/// A node with two others under it.
#[interned(get = false)]
pub struct Pair(Interned<Date>, Interned<Date>);

#[interned]
pub struct Symbol(Box<str>);

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
pub struct PlainDate {
    year: i32,
    month: u8,
    day: u8,
}

/// In the manner of rust-analyzer's `intern` crate: the map holds an `Arc` and the last but one removes it.
pub struct Shared<T: ?Sized + Hash + Eq + 'static>(Arc<T>, &'static SharedMap<T>);
type SharedMap<T> = DashMap<Arc<T>, (), FxBuildHasher>;

impl<T: ?Sized + Hash + Eq> Shared<T> {
    fn new<Q: Hash + ?Sized>(
        map: &'static SharedMap<T>,
        key: &Q,
        eq: impl Fn(&T) -> bool,
        make: impl FnOnce() -> Arc<T>,
    ) -> Self {
        let hash = map.hasher().hash_one(key);
        #[expect(clippy::cast_possible_truncation, reason = "64 bits")]
        let mut shard = map.shards()[map.determine_shard(hash as usize)].write();
        if let Some((arc, _)) = shard.get(hash, |(other, _)| eq(other)) {
            return Self(Arc::clone(arc), map);
        }
        let arc = make();
        shard.insert(hash, (Arc::clone(&arc), SharedValue::new(())), |(other, _)| {
            map.hasher().hash_one(other)
        });
        Self(arc, map)
    }
}

impl<T: ?Sized + Hash + Eq> Drop for Shared<T> {
    fn drop(&mut self) {
        if Arc::strong_count(&self.0) != 2 {
            return;
        }
        let map = self.1;
        let hash = map.hasher().hash_one(&self.0);
        #[expect(clippy::cast_possible_truncation, reason = "64 bits")]
        let mut shard = map.shards()[map.determine_shard(hash as usize)].write();
        if Arc::strong_count(&self.0) != 2 {
            return;
        }
        let removed = shard.remove_entry(hash, |(other, _)| **other == *self.0);
        if shard.len() * 4 < shard.capacity() {
            let len = shard.len();
            shard.shrink_to(len * 2, |(other, _)| map.hasher().hash_one(other));
        }
        drop(shard);
        drop(removed);
    }
}

/// What one writes by hand.
pub struct ByHand<K: Hash + Eq + Clone + 'static>(ManuallyDrop<Arc<K>>, &'static HandMap<K>);
type HandMap<K> = Mutex<HashMap<K, Weak<K>, FxBuildHasher>>;

impl<K: Hash + Eq + Clone> ByHand<K> {
    fn new<Q: Hash + Eq + ToOwned<Owned = K> + ?Sized>(map: &'static HandMap<K>, key: &Q) -> Self
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut table = map.lock().expect("not poisoned");
        if let Some(found) = table.get(key).and_then(Weak::upgrade) {
            return Self(ManuallyDrop::new(found), map);
        }
        let arc = Arc::new(key.to_owned());
        table.insert(K::clone(&arc), Arc::downgrade(&arc));
        Self(ManuallyDrop::new(arc), map)
    }
}

impl<K: Hash + Eq + Clone> Deref for ByHand<K> {
    type Target = Arc<K>;

    fn deref(&self) -> &Arc<K> {
        &self.0
    }
}

impl<K: Hash + Eq + Clone> Drop for ByHand<K> {
    fn drop(&mut self) {
        let key = K::clone(&self.0);
        // SAFETY: not used afterwards.
        #[allow(unsafe_code)]
        let arc = unsafe { ManuallyDrop::take(&mut self.0) };
        // `into_inner` tells one thread that it was the last.
        if Arc::into_inner(arc).is_some() {
            let mut table = self.1.lock().expect("not poisoned");
            if let Entry::Occupied(entry) = table.entry(key)
                && entry.get().strong_count() == 0
            {
                entry.remove();
            }
        }
    }
}

/// The same on one thread, where the value has its key to itself, and the map a copy.
pub struct LocalByHand(ManuallyDrop<Rc<PlainDate>>);
type LocalHandMap = RefCell<HashMap<PlainDate, rc::Weak<PlainDate>, FxBuildHasher>>;

thread_local! { static LOCAL_HAND_DATES: LocalHandMap = RefCell::default(); }

impl LocalByHand {
    fn new(date: PlainDate) -> Self {
        LOCAL_HAND_DATES.with_borrow_mut(|table| {
            if let Some(found) = table.get(&date).and_then(rc::Weak::upgrade) {
                return Self(ManuallyDrop::new(found));
            }
            let new = Rc::new(date);
            table.insert(date, Rc::downgrade(&new));
            Self(ManuallyDrop::new(new))
        })
    }
}

impl Drop for LocalByHand {
    fn drop(&mut self) {
        if Rc::strong_count(&self.0) == 1 {
            LOCAL_HAND_DATES.with_borrow_mut(|table| table.remove(&**self.0));
        }
        // SAFETY: not used afterwards.
        #[allow(unsafe_code)]
        drop(unsafe { ManuallyDrop::take(&mut self.0) });
    }
}

static SHARED_DATES: LazyLock<SharedMap<PlainDate>> = LazyLock::new(DashMap::default);
static SHARED_TEXTS: LazyLock<SharedMap<str>> = LazyLock::new(DashMap::default);
static HAND_DATES: LazyLock<HandMap<PlainDate>> = LazyLock::new(HandMap::default);
static HAND_TEXTS: LazyLock<HandMap<String>> = LazyLock::new(HandMap::default);
static ARC_DATES: LazyLock<HashInterner<PlainDate>> = LazyLock::new(HashInterner::new);
static ARC_TEXTS: LazyLock<HashInterner<str>> = LazyLock::new(HashInterner::new);
static RODEO: LazyLock<Rodeo> = LazyLock::new(|| ThreadedRodeo::with_hasher(FxBuildHasher));

type Rodeo = ThreadedRodeo<lasso::Spur, FxBuildHasher>;

#[expect(clippy::cast_possible_truncation, reason = "dates from a number")]
fn plain(i: u64) -> PlainDate {
    PlainDate { year: (i >> 8) as i32, month: (i & 15) as u8, day: (i >> 4 & 15) as u8 }
}

pub fn weakcache_date(i: u64) -> Interned<Date> {
    let PlainDate { year, month, day } = plain(i);
    Date::new(year, month, day)
}

pub fn local_date(i: u64) -> LocalInterned<LocalDate> {
    let PlainDate { year, month, day } = plain(i);
    LocalDate::new(year, month, day)
}

pub fn local_hand_date(i: u64) -> LocalByHand {
    LocalByHand::new(plain(i))
}

/// Of borrowed handles.
pub fn pair_of_lent(dates: [InternedRef<'_, Date>; 2]) -> Interned<Pair> {
    Pair::new(dates[0], dates[1])
}

/// Of handles made for it.
pub fn pair_of_clones(dates: [InternedRef<'_, Date>; 2]) -> Interned<Pair> {
    let [a, b] = dates.map(InternedRef::to_interned);
    Pair::new(a, b)
}

pub fn internment_date(i: u64) -> ArcIntern<PlainDate> {
    ArcIntern::new(plain(i))
}

pub fn intern_arc_date(i: u64) -> InternedHash<PlainDate> {
    ARC_DATES.intern_sized(plain(i))
}

pub fn shared_date(i: u64) -> Shared<PlainDate> {
    let date = plain(i);
    Shared::new(&SHARED_DATES, &date, |other| *other == date, || Arc::new(date))
}

pub fn hand_date(i: u64) -> ByHand<PlainDate> {
    ByHand::new(&HAND_DATES, &plain(i))
}

pub fn shared_text(key: &str) -> Shared<str> {
    Shared::new(&SHARED_TEXTS, key, |other| other == key, || key.into())
}

pub fn hand_text(key: &str) -> ByHand<String> {
    ByHand::new(&HAND_TEXTS, key)
}

pub fn symbol(key: &str) -> Interned<Symbol> {
    Symbol::new(key)
}

pub fn weakcache_str(key: &str) -> Str {
    Str::new(key)
}

pub fn internment_text(key: &str) -> ArcIntern<str> {
    key.into()
}

pub fn intern_arc_text(key: &str) -> InternedHash<str> {
    ARC_TEXTS.intern_ref(key)
}

pub fn lasso_text(key: &str) -> lasso::Spur {
    RODEO.get_or_intern(key)
}

pub fn ustr_text(key: &str) -> Ustr {
    key.into()
}

pub fn texts(count: u64) -> Vec<String> {
    (0..count).map(|i| format!("{i:016x}")).collect()
}
