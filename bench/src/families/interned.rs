//! Interning: a date (8 bytes, no allocation of its own) and a string of 16 bytes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Mutex, Weak};

use dashmap::{DashMap, SharedValue};
use internment::ArcIntern;
use lasso::ThreadedRodeo;
use rustc_hash::FxBuildHasher;
use ustr::ustr;
use weakcache::interned;

use crate::harness::{Effort, Race};
use crate::memory::bytes_of;
use crate::table::{Better, Role, Table};

const MANY: u64 = 1_000_000;

#[interned(get = false)]
pub(crate) struct Date {
    year: i32,
    month: u8,
    day: u8,
}

#[interned]
pub(crate) struct Symbol(Box<str>);

#[derive(PartialEq, Eq, Hash, Clone, Copy)]
pub(crate) struct PlainDate {
    year: i32,
    month: u8,
    day: u8,
}

/// In the manner of rust-analyzer's `intern` crate: the map holds an `Arc` and the last but one removes it.
pub(crate) struct Shared<T: ?Sized + Hash + Eq + 'static>(Arc<T>, &'static SharedMap<T>);
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
pub(crate) struct ByHand<K: Hash + Eq + Clone + 'static>(ManuallyDrop<Arc<K>>, &'static HandMap<K>);
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

static SHARED_DATES: LazyLock<SharedMap<PlainDate>> = LazyLock::new(DashMap::default);
static SHARED_TEXTS: LazyLock<SharedMap<str>> = LazyLock::new(DashMap::default);
static HAND_DATES: LazyLock<HandMap<PlainDate>> = LazyLock::new(HandMap::default);
static HAND_TEXTS: LazyLock<HandMap<String>> = LazyLock::new(HandMap::default);
static RODEO: LazyLock<Rodeo> = LazyLock::new(|| ThreadedRodeo::with_hasher(FxBuildHasher));

type Rodeo = ThreadedRodeo<lasso::Spur, FxBuildHasher>;

const INTERNMENT: &str = "internment `ArcIntern`";
const SHARED: &str = "`DashMap` of `Arc`";
const BY_HAND: &str = "`Mutex<HashMap<_, Weak>>`";
const LASSO: &str = "lasso (never frees)";
const USTR: &str = "ustr (never frees)";

#[expect(clippy::cast_possible_truncation, reason = "dates from a number")]
fn plain(i: u64) -> PlainDate {
    PlainDate { year: (i >> 8) as i32, month: (i & 15) as u8, day: (i >> 4 & 15) as u8 }
}

pub(crate) fn weakcache_date(i: u64) -> weakcache::Interned<Date> {
    let PlainDate { year, month, day } = plain(i);
    Date::new(year, month, day)
}

pub(crate) fn internment_date(i: u64) -> ArcIntern<PlainDate> {
    ArcIntern::new(plain(i))
}

pub(crate) fn shared_date(i: u64) -> Shared<PlainDate> {
    let date = plain(i);
    Shared::new(&SHARED_DATES, &date, |other| *other == date, || Arc::new(date))
}

pub(crate) fn hand_date(i: u64) -> ByHand<PlainDate> {
    ByHand::new(&HAND_DATES, &plain(i))
}

pub(crate) fn shared_text(key: &str) -> Shared<str> {
    Shared::new(&SHARED_TEXTS, key, |other| other == key, || key.into())
}

pub(crate) fn hand_text(key: &str) -> ByHand<String> {
    ByHand::new(&HAND_TEXTS, key)
}

pub(crate) fn texts(count: u64) -> Vec<String> {
    (0..count).map(|i| format!("{i:016x}")).collect()
}

/// Spreads consecutive numbers over `0..below`, so that prefetching does not help.
fn scatter(i: u64, below: u64) -> u64 {
    i.wrapping_mul(0x9E37_79B9_7F4A_7C15) % below
}

pub(crate) fn run(effort: Effort) {
    // First: not all contestants give back what they once had.
    bytes();
    for threads in [1, 2] {
        hits(effort, threads, "hit and release, 1000 live", 1000);
        hits(effort, threads, "hit and release, one hot key", 1);
        hits(effort, threads, "hit and release, a million live", MANY);
        churn(effort, threads);
    }
}

fn hits(effort: Effort, threads: usize, what: &str, live: u64) {
    {
        let at = |i| scatter(i, live);
        let _dates: Vec<_> = (0..live).map(weakcache_date).collect();
        let _others: Vec<_> = (0..live).map(|i| (internment_date(i), shared_date(i), hand_date(i))).collect();
        let before = Date::registry().info().misses;
        Race::new(format!("date: {what}"))
            .threads(threads)
            .ours("weakcache", |_, i| weakcache_date(at(i)))
            .peer(INTERNMENT, |_, i| internment_date(at(i)))
            .peer(SHARED, |_, i| shared_date(at(i)))
            .peer(BY_HAND, |_, i| hand_date(at(i)))
            .run(effort);
        assert_eq!(Date::registry().info().misses, before, "not all of them hit");
    }
    let texts = texts(live);
    let text = |i| at(&texts, scatter(i, live));
    let _symbols: Vec<_> = texts.iter().map(|text| Symbol::new(&**text)).collect();
    let _others: Vec<_> = texts
        .iter()
        .map(|text| {
            // No handle of these is needed.
            RODEO.get_or_intern(text);
            ustr(text);
            (ArcIntern::<str>::from(&**text), shared_text(text), hand_text(text))
        })
        .collect();
    let before = Symbol::registry().info().misses;
    Race::new(format!("16-byte string: {what}"))
        .threads(threads)
        .ours("weakcache", |_, i| Symbol::new(text(i)))
        .peer(INTERNMENT, |_, i| ArcIntern::<str>::from(text(i)))
        .peer(SHARED, |_, i| shared_text(text(i)))
        .peer(BY_HAND, |_, i| hand_text(text(i)))
        .less(LASSO, |_, i| RODEO.get_or_intern(text(i)))
        .less(USTR, |_, i| ustr(text(i)))
        .run(effort);
    assert_eq!(Symbol::registry().info().misses, before, "not all of them hit");
}

fn churn(effort: Effort, threads: usize) {
    // Each thread its own keys, so that each is missed, and dropped for the last time.
    let key = |thread: usize, i: u64| (thread as u64) << 20 | i & 0xF_FFFF;
    let before = Date::registry().info().hits;
    Race::new("date: miss and last drop")
        .threads(threads)
        .ours("weakcache", |thread, i| weakcache_date(key(thread, i)))
        .peer(INTERNMENT, |thread, i| internment_date(key(thread, i)))
        .peer(SHARED, |thread, i| shared_date(key(thread, i)))
        .peer(BY_HAND, |thread, i| hand_date(key(thread, i)))
        .run(effort);
    assert_eq!(Date::registry().info().hits, before, "not all of them miss");
    let texts = texts(4096);
    let text = |thread: usize, i: u64| at(&texts, i % 2048 + 2048 * (thread as u64 % 2));
    Race::new("16-byte string: miss and last drop")
        .threads(threads)
        .ours("weakcache", |thread, i| Symbol::new(text(thread, i)))
        .peer(INTERNMENT, |thread, i| ArcIntern::<str>::from(text(thread, i)))
        .peer(SHARED, |thread, i| shared_text(text(thread, i)))
        .peer(BY_HAND, |thread, i| hand_text(text(thread, i)))
        .run(effort);
}

/// Bytes an entry while a million live, and what is left when they are gone, as asked of the allocator.
fn bytes() {
    let columns = [("bytes", 1), ("left", 1)];
    let mut table = Table::new(
        "date: bytes an entry, a million live, and after all are dropped",
        Better::Less(0),
        &columns,
    );
    table.row(Role::Ours, "weakcache", footprint(weakcache_date));
    table.row(Role::Peer, INTERNMENT, footprint(internment_date));
    table.row(Role::Peer, SHARED, footprint(shared_date));
    table.row(Role::Peer, BY_HAND, footprint(hand_date));
    table.emit();

    let texts = texts(MANY);
    let mut table = Table::new(
        "16-byte string: bytes an entry, a million live, and after all are dropped",
        Better::Less(0),
        &columns,
    );
    table.row(Role::Ours, "weakcache", footprint(|i| Symbol::new(at(&texts, i))));
    table.row(Role::Peer, INTERNMENT, footprint(|i| ArcIntern::<str>::from(at(&texts, i))));
    table.row(Role::Peer, SHARED, footprint(|i| shared_text(at(&texts, i))));
    table.row(Role::Peer, BY_HAND, footprint(|i| hand_text(at(&texts, i))));
    table.row(Role::Less, LASSO, footprint(|i| RODEO.get_or_intern(at(&texts, i))));
    table.row(Role::Less, USTR, footprint(|i| ustr(at(&texts, i))));
    table.emit();
}

fn at(texts: &[String], i: u64) -> &str {
    &texts[usize::try_from(i).expect("64 bits")]
}

fn footprint<H>(make: impl Fn(u64) -> H) -> Vec<f64> {
    let mut handles: Vec<H> = Vec::with_capacity(usize::try_from(MANY).expect("64 bits"));
    let ((), live) = bytes_of(|| handles.extend((0..MANY).map(make)));
    let ((), freed) = bytes_of(|| handles.clear());
    #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
    let each = |bytes: isize| bytes as f64 / MANY as f64;
    vec![each(live), each(live + freed)]
}
