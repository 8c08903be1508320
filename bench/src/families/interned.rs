//! Interning: a date (8 bytes, no allocation of its own) and a string of 16 bytes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, Hash};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Mutex, Weak};

use dashmap::{DashMap, SharedValue};
use internment::ArcIntern;
use rustc_hash::FxBuildHasher;
use weakcache::interned;

use crate::harness::{Contestant, Effort, race};
use crate::memory::bytes_of;

const MANY: u64 = 1_000_000;

#[interned(get = false)]
struct Date {
    year: i32,
    month: u8,
    day: u8,
}

#[interned]
struct Symbol(Box<str>);
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
struct PlainDate {
    year: i32,
    month: u8,
    day: u8,
}

/// In the manner of rust-analyzer's `intern` crate: the map holds an `Arc` and the last but one removes it.
struct Shared<T: ?Sized + Hash + Eq + 'static>(Arc<T>, &'static SharedMap<T>);
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
struct ByHand<K: Hash + Eq + Clone + 'static>(ManuallyDrop<Arc<K>>, &'static HandMap<K>);
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

#[expect(clippy::cast_possible_truncation, reason = "dates from a number")]
fn plain(i: u64) -> PlainDate {
    PlainDate { year: (i >> 8) as i32, month: (i & 15) as u8, day: (i >> 4 & 15) as u8 }
}

fn weakcache_date(i: u64) -> weakcache::Interned<Date> {
    let PlainDate { year, month, day } = plain(i);
    Date::new(year, month, day)
}

fn internment_date(i: u64) -> ArcIntern<PlainDate> {
    ArcIntern::new(plain(i))
}

fn shared_date(i: u64) -> Shared<PlainDate> {
    let date = plain(i);
    Shared::new(&SHARED_DATES, &date, |other| *other == date, || Arc::new(date))
}

fn hand_date(i: u64) -> ByHand<PlainDate> {
    ByHand::new(&HAND_DATES, &plain(i))
}

fn shared_text(key: &str) -> Shared<str> {
    Shared::new(&SHARED_TEXTS, key, |other| other == key, || key.into())
}

fn hand_text(key: &str) -> ByHand<String> {
    ByHand::new(&HAND_TEXTS, key)
}

fn texts(count: u64) -> Vec<String> {
    (0..count).map(|i| format!("{i:016x}")).collect()
}

/// Spreads consecutive numbers over `0..below`, so that prefetching does not help.
fn scatter(i: u64, below: u64) -> u64 {
    i.wrapping_mul(0x9E37_79B9_7F4A_7C15) % below
}

/// Prints the whole family.
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
        race(
            effort,
            &format!("date: {what}"),
            threads,
            &[
                Contestant::new("weakcache", |_, i| weakcache_date(at(i))),
                Contestant::new("internment `ArcIntern`", |_, i| internment_date(at(i))),
                Contestant::new("`DashMap` of `Arc`", |_, i| shared_date(at(i))),
                Contestant::new("`Mutex<HashMap<_, Weak>>`", |_, i| hand_date(at(i))),
            ],
        );
    }
    let texts = texts(live);
    let text = |i| &*texts[usize::try_from(scatter(i, live)).expect("64 bits")];
    let _symbols: Vec<_> = texts.iter().map(|text| Symbol::new(&**text)).collect();
    let _others: Vec<_> = texts
        .iter()
        .map(|text| (ArcIntern::<str>::from(&**text), shared_text(text), hand_text(text)))
        .collect();
    race(
        effort,
        &format!("16-byte string: {what}"),
        threads,
        &[
            Contestant::new("weakcache", |_, i| Symbol::new(text(i))),
            Contestant::new("internment `ArcIntern`", |_, i| ArcIntern::<str>::from(text(i))),
            Contestant::new("`DashMap` of `Arc`", |_, i| shared_text(text(i))),
            Contestant::new("`Mutex<HashMap<_, Weak>>`", |_, i| hand_text(text(i))),
        ],
    );
}

fn churn(effort: Effort, threads: usize) {
    // Each thread its own keys, so that each is missed, and dropped for the last time.
    let key = |thread: usize, i: u64| (thread as u64) << 20 | i & 0xF_FFFF;
    race(
        effort,
        "date: miss and last drop",
        threads,
        &[
            Contestant::new("weakcache", |thread, i| weakcache_date(key(thread, i))),
            Contestant::new("internment `ArcIntern`", |thread, i| internment_date(key(thread, i))),
            Contestant::new("`DashMap` of `Arc`", |thread, i| shared_date(key(thread, i))),
            Contestant::new("`Mutex<HashMap<_, Weak>>`", |thread, i| hand_date(key(thread, i))),
        ],
    );
    let texts = texts(4096);
    let text =
        |thread: usize, i: u64| &*texts[usize::try_from(i % 2048).expect("64 bits") + 2048 * (thread % 2)];
    race(
        effort,
        "16-byte string: miss and last drop",
        threads,
        &[
            Contestant::new("weakcache", |thread, i| Symbol::new(text(thread, i))),
            Contestant::new("internment `ArcIntern`", |thread, i| ArcIntern::<str>::from(text(thread, i))),
            Contestant::new("`DashMap` of `Arc`", |thread, i| shared_text(text(thread, i))),
            Contestant::new("`Mutex<HashMap<_, Weak>>`", |thread, i| hand_text(text(thread, i))),
        ],
    );
}

/// Bytes an entry while a million live, and what is left when they are gone, as asked of the allocator.
fn bytes() {
    println!("\n### bytes an entry, a million live, and after all are dropped\n");
    println!("| | date | left | 16-byte string | left |\n|:--|--:|--:|--:|--:|");
    let texts = texts(MANY);
    let row = |name, (date, date_left): (f64, f64), (text, text_left): (f64, f64)| {
        println!("| {name} | {date:.1} | {date_left:.1} | {text:.1} | {text_left:.1} |");
    };
    row("weakcache", footprint(weakcache_date), footprint(|i| Symbol::new(at(&texts, i))));
    row(
        "internment `ArcIntern`",
        footprint(internment_date),
        footprint(|i| ArcIntern::<str>::from(at(&texts, i))),
    );
    row("`DashMap` of `Arc`", footprint(shared_date), footprint(|i| shared_text(at(&texts, i))));
    row("`Mutex<HashMap<_, Weak>>`", footprint(hand_date), footprint(|i| hand_text(at(&texts, i))));
}

fn at(texts: &[String], i: u64) -> &str {
    &texts[usize::try_from(i).expect("64 bits")]
}

fn footprint<H>(make: impl Fn(u64) -> H) -> (f64, f64) {
    let mut handles: Vec<H> = Vec::with_capacity(usize::try_from(MANY).expect("64 bits"));
    let ((), live) = bytes_of(|| handles.extend((0..MANY).map(make)));
    let ((), freed) = bytes_of(|| handles.clear());
    #[expect(clippy::cast_precision_loss, reason = "figures of a few digits")]
    let each = |bytes: isize| bytes as f64 / MANY as f64;
    (each(live), each(live + freed))
}
