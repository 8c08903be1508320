//! What a cache holds, and what is done to it in one step under its lock.
//!
//! Nothing here runs user code but `Eq` of keys, and `Clone` of values without destructor (see `room.rs`):
//! values are made and cloned elsewhere, and what has to be dropped is handed out as [`Trash`].

use super::call::Begun;
use super::expiry::Expiry;
use super::flight::{FlightId, Flights, Landed, Landing, Outcome};
use super::info::CacheInfo;
use super::kind::{Kind, Shared, Storage};
use super::table::{Entry, MOST, Table};
use crate::sync::Arc;
#[cfg(loom)]
use crate::sync::fault::{self, Fault};
use std::mem;

pub struct State<K, O: Kind, X: Expiry> {
    table: Table<K, O::Stored, X::Stamp>,
    pub(super) flights: Flights<K, Shared<O, X>>,
    /// How many entries there may be.
    most: usize,
    /// Whether the order of use matters.
    ordered: bool,
    /// Without those that the room counts itself.
    pub(super) hits: u64,
    misses: u64,
    evictions: u64,
    expirations: u64,
}

/// Keys and values to be dropped after the unlock.
pub(super) struct Trash<K, O: Kind> {
    #[allow(dead_code, reason = "here to be dropped")]
    key: Option<K>,
    #[allow(dead_code, reason = "here to be dropped")]
    stored: Option<O::Stored>,
    /// Empty, and without allocation, unless something has expired or died.
    swept: Vec<(K, O::Stored)>,
}

impl<K, O: Kind> Trash<K, O> {
    pub(super) const fn new() -> Self {
        Self { key: None, stored: None, swept: Vec::new() }
    }
}

/// The waiters of a computation that is over, until they are told so. If they are not, it was lost.
pub(super) struct Report<T>(Option<Arc<Landing<T>>>);

impl<T> Report<T> {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// Tells those who wait, if anyone does.
    pub(super) fn send(mut self, outcome: impl FnOnce() -> Outcome<T>) {
        if let Some(landing) = &self.0 {
            let outcome = outcome();
            let landing = landing.clone();
            self.0 = None; // told, even if one of them panics when it is woken
            landing.report(outcome);
        }
    }
}

impl<T> Drop for Report<T> {
    fn drop(&mut self) {
        #[cfg(loom)]
        if fault::is(Fault::LoseSilently) {
            return;
        }
        if let Some(landing) = &self.0 {
            landing.report(Outcome::Lost);
        }
    }
}

/// What a caller is to do.
pub(super) enum Start<K, O: Kind, X: Expiry> {
    /// Return this: someone was quicker.
    Found(O::Taken),
    /// Wait. The caller's key comes back.
    Join(FlightId, Arc<Landing<Shared<O, X>>>, K),
    /// Compute.
    Lead,
}

/// How a caller wishes to compute.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Manner {
    /// Only if no one has computed or does.
    Shared,
    /// Beside others that compute.
    Alone,
    /// In any case.
    Anew,
}

impl<K, O: Kind, X: Expiry> State<K, O, X> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        Self {
            table: Table::new(),
            flights: Flights::new(),
            most: capacity.unwrap_or(MOST).min(MOST),
            ordered: capacity.is_some(),
            hits: 0,
            misses: 0,
            evictions: 0,
            expirations: 0,
        }
    }

    /// The value of a key, if it may be served. Changes nothing but the time of the last reading.
    #[inline]
    pub(super) fn read(
        &self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        expiry: &X,
        now: X::Now,
    ) -> Option<O::Taken> {
        let entry = self.table.get(self.table.find(hash, is)?);
        let taken = Self::take(entry, expiry, now)?;
        expiry.touch(&entry.stamp, now);
        Some(taken)
    }

    /// The same, as a hit.
    #[inline]
    pub(super) fn hit(
        &mut self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        expiry: &X,
        now: X::Now,
    ) -> Option<O::Taken> {
        let at = self.table.find(hash, is)?;
        self.hit_at(at, expiry, now)
    }

    #[inline]
    fn hit_at(&mut self, at: u32, expiry: &X, now: X::Now) -> Option<O::Taken> {
        let taken = Self::take(self.table.get(at), expiry, now)?;
        self.hits += 1;
        self.use_at(at, expiry, now);
        Some(taken)
    }

    #[inline]
    fn use_at(&mut self, at: u32, expiry: &X, now: X::Now) {
        expiry.touch(&self.table.get(at).stamp, now);
        if self.ordered {
            self.table.touch(at);
        }
    }

    /// Counts a call that had its result from the one that computed, and may have used an entry.
    pub(super) fn hit_shared(&mut self, hash: u64, is: impl Fn(&K) -> bool, expiry: &X, now: X::Now) {
        self.hits += 1;
        if (self.ordered || X::EXPIRES)
            && let Some(at) = self.table.find(hash, is)
        {
            self.use_at(at, expiry, now);
        }
    }

    /// The value of a key, without any effect.
    pub(super) fn peek(
        &self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        expiry: &X,
        now: X::Now,
    ) -> Option<O::Taken> {
        Self::take(self.table.get(self.table.find(hash, is)?), expiry, now)
    }

    #[inline]
    fn take(entry: &Entry<K, O::Stored, X::Stamp>, expiry: &X, now: X::Now) -> Option<O::Taken> {
        if expiry.is_live(&entry.stamp, now) { O::Storage::take(&entry.stored) } else { None }
    }

    /// Counts a call that was not computed and not answered.
    pub(super) fn count_miss(&mut self) {
        self.misses += 1;
    }

    /// Begins a computation, unless there is a result or another computes.
    pub(super) fn start(
        &mut self,
        (hash, key): (u64, K),
        id: FlightId,
        manner: Manner,
        expiry: &X,
        now: X::Now,
        trash: &mut Trash<K, O>,
    ) -> Start<K, O, X>
    where
        K: Eq,
    {
        if manner != Manner::Anew
            && let Some(at) = self.table.find(hash, |stored| *stored == key)
        {
            if let Some(taken) = self.hit_at(at, expiry, now) {
                return Start::Found(taken);
            }
            self.expirations += 1;
            trash.swept.push(self.table.remove(at));
        }
        if manner == Manner::Shared
            && let Some((flight, landing)) = self.flights.join(hash, |other| *other == key)
        {
            return Start::Join(flight, landing, key);
        }
        self.misses += 1;
        self.flights.take_off(hash, id, key);
        Start::Lead
    }

    /// Ends a computation, and stores its result if there is one to be kept.
    pub(super) fn finish(
        &mut self,
        Begun { hash, id, replaces }: Begun,
        result: Option<(O::Stored, X::Stamp)>,
        expiry: &X,
        now: X::Now,
        (report, trash): (&mut Report<Shared<O, X>>, &mut Trash<K, O>),
    ) where
        K: Eq,
    {
        let Landed { key, valid, landing } = self.flights.land(hash, id);
        #[cfg(loom)]
        let valid = valid || fault::is(Fault::StoreInvalid);
        *report = Report(landing);
        match result {
            Some(result) if valid => self.store((hash, key), result, replaces, expiry, now, trash),
            result => {
                trash.key = Some(key);
                trash.stored = result.map(|(stored, _)| stored);
            }
        }
    }

    /// Stores a result. One that is there already stays, unless this one `replaces` it.
    pub(super) fn store(
        &mut self,
        (hash, key): (u64, K),
        (stored, stamp): (O::Stored, X::Stamp),
        replaces: bool,
        expiry: &X,
        now: X::Now,
        trash: &mut Trash<K, O>,
    ) where
        K: Eq,
    {
        let live = |entry: &Entry<K, O::Stored, X::Stamp>| {
            expiry.is_live(&entry.stamp, now) && !O::Storage::is_dead(&entry.stored)
        };
        if let Some(at) = self.table.find(hash, |other| *other == key) {
            let stays = !replaces && live(self.table.get(at));
            trash.key = Some(key);
            trash.stored = Some(if stays { stored } else { self.table.replace(at, stored, stamp) });
            return;
        }
        if X::EXPIRES || O::Storage::MORTAL {
            let before = trash.swept.len();
            self.table.sweep(live, &mut trash.swept);
            self.expirations += (trash.swept.len() - before) as u64;
        }
        if self.table.len() < self.most {
            self.table.insert(hash, key, stored, stamp);
        } else {
            self.evictions += 1;
            let (key, stored) = self.table.replace_oldest(hash, key, stored, stamp);
            (trash.key, trash.stored) = (Some(key), Some(stored));
        }
    }

    /// Drops the entry of a key, and says whether it could have been served. A computation of it in
    /// progress will not be stored.
    pub(super) fn invalidate(
        &mut self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        expiry: &X,
        now: X::Now,
        trash: &mut Trash<K, O>,
    ) -> bool {
        self.flights.invalidate(hash, &is);
        let Some(at) = self.table.find(hash, is) else { return false };
        let entry = self.table.get(at);
        let live = expiry.is_live(&entry.stamp, now) && !O::Storage::is_dead(&entry.stored);
        trash.swept.push(self.table.remove(at));
        live
    }

    /// Takes out all entries and resets the counters. No computation in progress will be stored.
    pub(super) fn clear(&mut self) -> impl Sized + use<K, O, X> {
        self.flights.invalidate_all();
        (self.hits, self.misses, self.evictions, self.expirations) = (0, 0, 0, 0);
        mem::replace(&mut self.table, Table::new())
    }

    /// Takes out all that has expired or died, and gives back room that is not needed.
    pub(super) fn sweep(&mut self, expiry: &X, now: X::Now, swept: &mut Vec<(K, O::Stored)>) {
        let live = |entry: &Entry<K, O::Stored, X::Stamp>| {
            expiry.is_live(&entry.stamp, now) && !O::Storage::is_dead(&entry.stored)
        };
        self.table.sweep_all(live, swept);
        self.expirations += swept.len() as u64;
    }

    /// The counters, without what only the cache knows.
    pub(super) fn info(&self) -> CacheInfo {
        CacheInfo {
            hits: self.hits,
            misses: self.misses,
            evictions: self.evictions,
            expirations: self.expirations,
            len: self.table.len(),
            capacity: None,
        }
    }
}
