//! What a cache holds, and what is done to it in one step under its lock.
//!
//! Nothing here runs user code but `Eq` of keys, and `Clone` of values without destructor (see `access.rs`): values are
//! made and cloned elsewhere, and what has to be dropped is handed out as [`Removed`]. And where closures are shown keys
//! that stay where they are, by `retain` and `ttl_of`, `Clone` of the key: it lies in the table alone.

use super::cause::Cause;
use super::expiry::{Aged, Expiry};
use super::info::CacheInfo;
use super::kind::{Kind, Shared, Storage};
use super::owned::OwnedKey;
use super::policy::Policy;
use super::removed::{Removed, Swept};
use super::table::{BESIDE, Entry, MOST, Place, REPLACES, Table, Walk};
use super::trace::Waited;
use super::waiters::{FlightId, Outcome, Waiters, new_id, new_later_id};
use crate::sync::Arc;
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use std::mem::needs_drop;

/// Those who wait for a computation, each with a handle on the others.
type Followers<O, X> = Arc<Waiters<Shared<O, X>>>;

/// What a computation in progress has beside its key.
struct Aboard<O: Kind, X: Expiry> {
    waiters: Option<Followers<O, X>>,
    tags: O::Tags,
}

impl<O: Kind, X: Expiry> Default for Aboard<O, X> {
    #[inline]
    fn default() -> Self {
        Self { waiters: None, tags: O::Tags::default() }
    }
}

/// An entry of a cache.
type EntryOf<K, O, X, P> = Entry<K, <O as Kind>::Stored, <X as Expiry>::Stamp, <P as Policy>::Used>;

/// A copy of one, with where that is, until it is shown.
pub(super) type CopyOf<K, O> = (Place, <K as OwnedKey>::Partial, <O as Kind>::Taken);

pub struct State<K, O: Kind, X: Expiry, P: Policy> {
    table: Table<K, O::Stored, X::Stamp, Aboard<O, X>, P>,
    /// How many entries there may be.
    most: usize,
    /// Whether that was ever said.
    bounded: bool,
    /// Without those that are counted where the state lies.
    hits: u64,
    misses: u64,
    evictions: u64,
    expirations: u64,
}

/// Those who waited for a computation that is over, until they are told so. If they are not, it was lost.
pub(super) struct Report<O: Kind, X: Expiry>(Aboard<O, X>);

impl<O: Kind, X: Expiry> Report<O, X> {
    #[inline]
    pub(super) fn new() -> Self {
        Self(Aboard::default())
    }

    /// Tells those who wait, if anyone does.
    #[inline]
    pub(super) fn send(mut self, outcome: impl FnOnce() -> Outcome<Shared<O, X>>) {
        if let Some(waiters) = &self.0.waiters {
            let outcome = outcome();
            let waiters = waiters.clone();
            self.0.waiters = None; // told, even if one of them panics when it is woken
            waiters.tell(outcome);
        }
    }
}

impl<O: Kind, X: Expiry> Drop for Report<O, X> {
    #[inline]
    fn drop(&mut self) {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::LoseSilently) {
            return;
        }
        if let Some(waiters) = &self.0.waiters {
            waiters.tell(Outcome::Lost);
        }
    }
}

/// A computation that a cache knows of: its slot is in flight.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    pub(super) id: FlightId,
    place: Place,
    /// Before it, by the call that computes.
    pub(super) waited: Waited,
}

impl Flight {
    /// That of a call which has waited so long.
    #[inline]
    pub(super) fn after(self, waited: Waited) -> Self {
        Self { waited, ..self }
    }
}

/// What a caller is to do.
pub(super) enum Start<O: Kind, X: Expiry> {
    /// Return this: someone was quicker.
    Found(O::Taken),
    /// Wait.
    Follow(FlightId, Followers<O, X>),
    /// Compute.
    Lead(Flight),
    /// Compute: nothing is kept.
    Pass,
}

const TAKEN_ONCE: &str = "a key is put in flight once";

/// How a caller wishes to compute.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Mode {
    /// Only if no one has computed or does.
    Join,
    /// Beside others that compute.
    Beside,
    /// In any case.
    Replace,
}

/// Whether a tag of a computation was invalidated.
fn is_invalid<O: Kind>(tags: &O::Tags) -> bool {
    #[cfg(any(loom, shuttle))]
    if fault::is(Fault::FollowInvalid) {
        return false;
    }
    !O::Storage::are_valid(tags)
}

impl<K, O: Kind, X: Expiry, P: Policy> State<K, O, X, P> {
    pub(super) fn new(capacity: Option<usize>) -> Self {
        Self {
            table: Table::new(),
            most: capacity.unwrap_or(MOST).min(MOST),
            bounded: capacity.is_some(),
            hits: 0,
            misses: 0,
            evictions: 0,
            expirations: 0,
        }
    }

    /// Whether the order of use matters.
    #[inline]
    pub(super) fn is_ordered(&self) -> bool {
        P::NOTES || self.bounded
    }

    /// Whether nothing is ever kept.
    #[inline]
    pub(super) fn passes_through(&self) -> bool {
        self.most == 0
    }

    /// Sets how many entries there may be, and takes out those that are too many.
    pub(super) fn set_capacity(
        &mut self,
        most: usize,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) where
        K: OwnedKey,
    {
        self.most = most.min(MOST);
        if self.table.len() > self.most {
            self.sweep(expiry, now, removed);
        }
        while self.table.len() > self.most && self.give_way(expiry, now, removed) {}
        self.table.shrink_if_sparse();
    }

    /// What [`Fault::MakeRoomLate`] left.
    #[cfg(any(loom, shuttle))]
    pub(super) fn bound_late(&mut self, expiry: &X, now: X::Now, removed: &mut Removed<K, O, X>)
    where
        K: OwnedKey,
    {
        self.set_capacity(self.most, expiry, now, removed);
    }

    /// Begins to go through what could be served now, or in the place of an error.
    pub(super) fn begin_walk(&mut self) -> Walk {
        self.table.journal.begin(new_id())
    }

    /// The next of these entries, up to as many as `copies` has room for, as they can be shown. They lie outside: a part of a
    /// key may have died, or its `Clone` panic, and then what is there by now is dropped after the unlock.
    pub(super) fn walk(&mut self, walk: &mut Walk, expiry: &X, now: X::Now, copies: &mut Vec<CopyOf<K, O>>)
    where
        K: OwnedKey,
    {
        while copies.len() < copies.capacity()
            && let Some(place) = self.table.next(walk)
        {
            let entry = self.table.entry(place);
            // Also what has expired, and is served in the place of an error.
            if expiry.is_spared(&entry.stamp, now)
                && let Some(taken) = O::Storage::take(&entry.stored)
            {
                copies.push((place, K::Partial::default(), taken));
                if let Some((_, key, _)) = copies.last_mut() {
                    entry.key.copy_to(key);
                }
            }
        }
    }

    /// Takes out an entry that was seen, unless there is another in its place by now.
    pub(super) fn remove_seen(
        &mut self,
        place: Place,
        walk: &Walk,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) where
        K: OwnedKey,
    {
        if self.table.is_unchanged(place, walk) {
            self.take_out(place, Cause::Invalidated, expiry, now, removed);
        }
    }

    pub(super) fn end_walk(&mut self, walk: &Walk) {
        self.table.end_walk(walk);
    }

    /// The value of a key, if it may be served. Changes nothing but what an entry remembers of its use.
    #[inline]
    pub(super) fn read(
        &self,
        hash: u64,
        is: impl FnMut(&K) -> bool,
        expiry: &X,
        now: X::Now,
    ) -> Option<O::Taken> {
        self.table.read(hash, is, |entry| {
            let Some(taken) = Self::touch(entry, expiry, now) else { return None };
            P::note(&entry.used);
            Some(taken)
        })
    }

    /// The same, as a hit, which changes the order of use where that is `ordered`.
    #[inline]
    pub(super) fn hit(
        &mut self,
        ordered: bool,
        hash: u64,
        is: impl FnMut(&K) -> bool,
        expiry: &X,
        now: X::Now,
    ) -> Option<O::Taken> {
        let taken = self.table.hit(ordered, hash, is, |entry| Self::touch(entry, expiry, now));
        let Some(taken) = taken else { return None };
        self.hits += 1;
        Some(taken)
    }

    /// Counts a hit of a caller that had its result from the one that computed, and may have used an entry. What
    /// comes back is to be dropped after the unlock: it may be the last handle on a value.
    pub(super) fn hit_shared(&mut self, hash: u64, key: &K, expiry: &X, now: X::Now) -> Option<O::Taken>
    where
        K: Eq,
    {
        self.hits += 1;
        if !self.is_ordered() && !X::EXPIRES {
            return None;
        }
        let Some(place) = self.table.find_ready(hash, key) else { return None };
        let Some(taken) = Self::share(self.table.entry(place), expiry, now) else { return None };
        if self.is_ordered() {
            self.table.touch(place);
        }
        Some(taken)
    }

    /// The same, for a caller that counts itself.
    pub(super) fn read_shared(&self, hash: u64, key: &K, expiry: &X, now: X::Now) -> Option<O::Taken>
    where
        K: Eq,
    {
        if !P::NOTES && !X::EXPIRES {
            return None;
        }
        let Some(place) = self.table.find_ready(hash, key) else { return None };
        let entry = self.table.entry(place);
        let Some(taken) = Self::share(entry, expiry, now) else { return None };
        P::note(&entry.used);
        Some(taken)
    }

    /// As [`touch`](Self::touch), of what was counted when it was handed on.
    fn share(entry: &EntryOf<K, O, X, P>, expiry: &X, now: X::Now) -> Option<O::Taken> {
        let Some(taken) = Self::take_fresh(entry, expiry, now) else { return None };
        expiry.touch(&entry.stamp, now);
        Some(taken)
    }

    /// The value of a key, without any effect.
    pub(super) fn peek(
        &self,
        hash: u64,
        is: impl FnMut(&K) -> bool,
        expiry: &X,
        now: X::Now,
    ) -> Option<O::Taken> {
        self.table.read(hash, is, |entry| Self::take(entry, expiry, now))
    }

    #[inline]
    fn touch(entry: &EntryOf<K, O, X, P>, expiry: &X, now: X::Now) -> Option<O::Taken> {
        let Some(taken) = Self::take_fresh(entry, expiry, now) else { return None };
        expiry.touch(&entry.stamp, now);
        expiry.count(&entry.stamp, now);
        Some(taken)
    }

    #[inline]
    fn take_fresh(entry: &EntryOf<K, O, X, P>, expiry: &X, now: X::Now) -> Option<O::Taken> {
        if expiry.is_fresh(&entry.stamp, now) { O::Storage::take(&entry.stored) } else { None }
    }

    #[inline]
    fn take(entry: &EntryOf<K, O, X, P>, expiry: &X, now: X::Now) -> Option<O::Taken> {
        if expiry.is_live(&entry.stamp, now) { O::Storage::take(&entry.stored) } else { None }
    }

    #[inline]
    fn is_live(entry: &EntryOf<K, O, X, P>, expiry: &X, now: X::Now) -> bool
    where
        K: OwnedKey,
    {
        expiry.is_live(&entry.stamp, now) && !O::Storage::is_dead(&entry.stored) && !entry.key.is_dead()
    }

    /// Why an entry leaves now that leaves for this, unless it was over before.
    #[inline]
    fn cause_of(entry: &EntryOf<K, O, X, P>, cause: Cause, expiry: &X, now: X::Now) -> Cause
    where
        K: OwnedKey,
    {
        if Self::is_live(entry, expiry, now) {
            cause
        } else if O::Storage::is_invalid(&entry.stored) {
            Cause::Invalidated
        } else {
            Cause::Expired
        }
    }

    /// Whether an entry is to be taken out.
    #[inline]
    fn is_over(entry: &EntryOf<K, O, X, P>, expiry: &X, now: X::Now) -> bool
    where
        K: OwnedKey,
    {
        !expiry.is_spared(&entry.stamp, now) || O::Storage::is_dead(&entry.stored) || entry.key.is_dead()
    }

    /// Begins a computation, unless there is a result or another computes. The key is taken only where it is put in
    /// flight: if a comparison panics, it is dropped by its owner, after the unlock.
    #[inline]
    #[expect(clippy::too_many_arguments, reason = "what a step under the lock needs")]
    pub(super) fn start(
        &mut self,
        hash: u64,
        key: &mut Option<K>,
        id: FlightId,
        mode: Mode,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) -> Start<O, X>
    where
        K: OwnedKey,
    {
        if self.passes_through() {
            self.misses += 1;
            return Start::Pass;
        }
        let wanted = key.as_ref().expect(TAKEN_ONCE);
        if mode == Mode::Replace || self.table.contains(hash, wanted) {
            return self.start_beside(hash, key, id, mode, expiry, now, removed);
        }
        Start::Lead(self.lead(hash, key.take().expect(TAKEN_ONCE), id))
    }

    /// Whether a key for which there was no hit may have a slot all the same, or nothing is kept.
    #[inline]
    pub(super) fn may_contain(&self) -> bool {
        X::EXPIRES || O::Storage::MORTAL || self.table.flights() > 0 || self.most == 0
    }

    /// Begins a computation of a key that has no slot.
    #[inline]
    pub(super) fn lead(&mut self, hash: u64, key: K, id: FlightId) -> Flight {
        // With a second tier it is not known yet whether a body will run.
        if !X::TIERED {
            self.misses += 1;
        }
        Flight { id, place: self.table.lead(hash, key, id, 0), waited: Waited::NONE }
    }

    /// The same where the key has a slot, or the result is to replace what has one by then.
    #[cold]
    #[expect(clippy::too_many_arguments, reason = "as above")]
    fn start_beside(
        &mut self,
        hash: u64,
        key: &mut Option<K>,
        id: FlightId,
        mode: Mode,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) -> Start<O, X>
    where
        K: OwnedKey,
    {
        let wanted = key.as_ref().expect(TAKEN_ONCE);
        let ready = if mode == Mode::Replace { None } else { self.table.find_ready(hash, wanted) };
        let mut renews = false;
        if let Some(place) = ready {
            let entry = self.table.entry(place);
            let taken = match Self::touch(entry, expiry, now) {
                None if X::RENEWS => {
                    let is_live = expiry.is_live(&entry.stamp, now) && !O::Storage::is_dead(&entry.stored);
                    // While one computes, the others have what is there.
                    let in_flight = is_live && self.table.find_flight(hash, wanted).is_some();
                    renews = is_live && !in_flight;
                    // Lent last: no comparison drops it under the lock.
                    if in_flight { Self::take(self.table.entry(place), expiry, now) } else { None }
                }
                taken => taken,
            };
            if let Some(taken) = taken {
                self.hits += 1;
                if self.is_ordered() {
                    self.table.touch(place);
                }
                return Start::Found(taken);
            }
            if !renews && Self::is_over(self.table.entry(place), expiry, now) {
                let before = removed.count();
                removed.swept.0.push(self.table.remove(place));
                self.count_swept(before, removed);
            }
        }
        if mode == Mode::Join
            && !renews
            && let Some((flight, aboard)) = self.table.find_flight(hash, wanted)
        {
            if O::Storage::TAGGED && is_invalid::<O>(&aboard.tags) {
                // Who calls now calls after the tag was invalidated.
                self.table.make_stale(hash, FlightId::MAX, wanted);
            } else {
                let waiters = match &aboard.waiters {
                    Some(waiters) => waiters,
                    None => aboard.waiters.insert(Arc::new(Waiters::new())),
                };
                return Start::Follow(flight, waiters.clone());
            }
        }
        let in_flight = self.table.mark_flights(hash, wanted);
        let beside = in_flight || self.table.find_ready(hash, wanted).is_some();
        let replaces = mode == Mode::Replace || renews;
        let flags = if beside { BESIDE } else { 0 } | if replaces { REPLACES } else { 0 };
        let id = if replaces { new_later_id() } else { id };
        if !X::TIERED {
            self.misses += 1;
        }
        let key = key.take().expect(TAKEN_ONCE);
        // After all comparisons: if one panics, nobody has begun.
        if renews && let Some(place) = ready {
            expiry.begin(&mut self.table.entry_mut(place).stamp);
        }
        Start::Lead(Flight { id, place: self.table.lead(hash, key, id, flags), waited: Waited::NONE })
    }

    /// Ends a computation, and stores its result if there is one to be kept.
    #[inline]
    pub(super) fn finish(
        &mut self,
        flight: Flight,
        result: Option<(O::Stored, X::Stamp)>,
        expiry: &X,
        now: X::Now,
        (report, removed): (&mut Report<O, X>, &mut Removed<K, O, X>),
    ) where
        K: OwnedKey,
    {
        let result = match result {
            Some(result) if O::Storage::TAGGED => self.tagged(flight, result, removed),
            result => result,
        };
        let result = match result {
            // What nobody can ask for is not to drive out what somebody may.
            Some(result) if K::MORTAL && self.key(flight).is_dead() => {
                removed.stored = Some(result.0);
                None
            }
            Some(result) => {
                self.sweep_some(expiry, now, removed);
                if !self.table.is_plain(flight.place, flight.id) {
                    Some(result)
                } else if self.make_room(result.1.weight(), expiry, now, removed) {
                    *report = Report(self.table.settle(flight.place, result));
                    return;
                } else {
                    removed.stored = Some(result.0);
                    None
                }
            }
            None => None,
        };
        self.finish_beside(flight, result, expiry, now, (report, removed));
    }

    /// The computations of a key that are in progress.
    pub(super) fn flights(&self, hash: u64, is: impl FnMut(&K) -> bool) -> Vec<FlightId> {
        self.table.ids_of(hash, is)
    }

    /// The key of a computation.
    pub(super) fn key(&self, Flight { id, place, .. }: Flight) -> &K {
        self.table.key(place, id)
    }

    /// Says which tags the result of a computation will have.
    pub(super) fn tag(&mut self, Flight { id, place, .. }: Flight, tags: O::Tags) {
        self.table.waiters(place, id).tags = tags;
    }

    /// The result with the tags of its computation, unless one of them was invalidated.
    #[inline]
    fn tagged(
        &mut self,
        Flight { id, place, .. }: Flight,
        mut result: (O::Stored, X::Stamp),
        removed: &mut Removed<K, O, X>,
    ) -> Option<(O::Stored, X::Stamp)> {
        O::Storage::tag(&mut result.0, std::mem::take(&mut self.table.waiters(place, id).tags));
        if O::Storage::is_invalid(&result.0) {
            removed.stored = Some(result.0);
            return None;
        }
        Some(result)
    }

    /// The same without a result, or where the key was invalidated, or has, or had, another slot.
    #[cold]
    #[inline(never)]
    fn finish_beside(
        &mut self,
        Flight { id, place, .. }: Flight,
        result: Option<(O::Stored, X::Stamp)>,
        expiry: &X,
        now: X::Now,
        (report, removed): (&mut Report<O, X>, &mut Removed<K, O, X>),
    ) where
        K: OwnedKey,
    {
        let (is_stale, replaces) = self.table.is_stale_or_replaces(place, id);
        #[cfg(any(loom, shuttle))]
        let is_stale = is_stale && !fault::is(Fault::StoreInvalid);
        // Before any comparison: if that panics, the flight is over, and those who wait are told.
        let ((hash, key), aboard) = self.table.abandon(place, id);
        *report = Report(aboard);
        if X::RENEWS && !is_stale {
            // By hash alone: the body may be unwinding, and then a comparison that panics would abort. That an entry
            // of another key is due while its own computation runs changes nothing.
            self.table.each_stamp(hash, |stamp| expiry.lose(stamp, now));
        }
        match result {
            Some((stored, stamp)) if !is_stale => {
                removed.stored = Some(stored);
                let key = removed.key.insert(key);
                if replaces {
                    // What began before is older, though it ends later.
                    self.table.make_stale(hash, id, key);
                }
                self.store(hash, stamp, replaces, expiry, now, removed);
            }
            result => {
                removed.key = Some(key);
                if let Some((stored, _)) = result {
                    removed.stored = Some(stored);
                }
                self.table.shrink_if_sparse();
            }
        }
    }

    /// What takes the place of an error that a computation ended in, and a stamp for those who wait for it. `settled`:
    /// none is to try again for a time.
    pub(super) fn rescue(
        &mut self,
        Flight { id, place, .. }: Flight,
        settled: bool,
        expiry: &X,
        now: X::Now,
    ) -> Option<(O::Taken, Option<X::Stamp>)>
    where
        K: Eq,
    {
        let beside = self.table.find_beside(place, id)?;
        let entry = self.table.entry(beside);
        if !expiry.is_good(&entry.stamp) || !expiry.is_spared(&entry.stamp, now) {
            return None;
        }
        let taken = O::Storage::take(&entry.stored)?;
        let copy = expiry.copy(&entry.stamp);
        if settled {
            expiry.touch(&entry.stamp, now);
            expiry.count(&entry.stamp, now);
            let (is_invalid, _) = self.table.is_stale_or_replaces(place, id);
            if !is_invalid {
                expiry.fail(&mut self.table.entry_mut(beside).stamp);
            }
            if self.is_ordered() {
                self.table.touch(beside);
            }
        }
        Some((taken, copy))
    }

    /// The live value beside a computation of its key, as a hit.
    pub(super) fn hit_beside(
        &mut self,
        Flight { id, place, .. }: Flight,
        expiry: &X,
        now: X::Now,
    ) -> Option<O::Taken>
    where
        K: Eq,
    {
        let beside = self.table.find_beside(place, id)?;
        let entry = self.table.entry(beside);
        let taken = Self::take(entry, expiry, now)?;
        expiry.touch(&entry.stamp, now);
        self.hits += 1;
        if self.is_ordered() {
            self.table.touch(beside);
        }
        Some(taken)
    }

    /// Whether there is a live value beside a computation of its key.
    #[cfg(feature = "store")]
    pub(super) fn is_live_beside(&self, Flight { id, place, .. }: Flight, expiry: &X, now: X::Now) -> bool
    where
        K: OwnedKey,
    {
        let beside = self.table.find_beside(place, id);
        beside.is_some_and(|beside| Self::is_live(self.table.entry(beside), expiry, now))
    }

    /// Takes out what a computation replaces, whose result is kept in another tier alone.
    #[cfg(feature = "store")]
    pub(super) fn remove_replaced(
        &mut self,
        Flight { id, place, .. }: Flight,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) where
        K: OwnedKey,
    {
        if let (false, true) = self.table.is_stale_or_replaces(place, id)
            && let Some(beside) = self.table.find_beside(place, id)
        {
            self.take_out(beside, Cause::Replaced, expiry, now, removed);
        }
    }

    /// Counts a body that starts.
    #[cfg(feature = "store")]
    pub(super) fn count_miss(&mut self) {
        self.misses += 1;
    }

    /// Stores a result. One that is there already stays, unless this one `replaces` it. Key and value lie among what is
    /// removed while keys are compared: if that panics, they are dropped after the unlock.
    fn store(
        &mut self,
        hash: u64,
        stamp: X::Stamp,
        replaces: bool,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) where
        K: OwnedKey,
    {
        let mut again = None;
        if let Some(key) = &removed.key
            && let Some(place) = self.table.find_ready(hash, key)
        {
            let entry = self.table.entry(place);
            let cause = Self::cause_of(entry, Cause::Replaced, expiry, now);
            if cause == Cause::Replaced && !replaces {
                return;
            }
            let weight = self.table.weight() + stamp.weight() as u128 - entry.stamp.weight() as u128;
            self.count_expired(u64::from(cause == Cause::Expired), removed);
            if X::WEIGHS && weight > expiry.heaviest() as u128 {
                // Others have to go first. That this does too leaves the choice of them to the policy alone; what it knows of
                // this one is kept for it.
                again = Some(P::copy(&self.table.entry(place).used));
                removed.push(self.table.remove(place), cause);
            } else {
                if let Some(stored) = removed.stored.take() {
                    removed.stored = Some(self.table.replace(place, stored, stamp));
                    if X::HEEDS {
                        removed.gone(cause);
                    }
                }
                return;
            }
        }
        if let (Some(key), Some(stored)) = (removed.key.take(), removed.stored.take()) {
            self.sweep_some(expiry, now, removed);
            if self.make_room(stamp.weight(), expiry, now, removed) {
                self.table.insert(hash, key, stored, stamp, again);
            } else {
                (removed.key, removed.stored) = (Some(key), Some(stored));
            }
        }
    }

    /// What has expired or died goes first, where that is known.
    #[inline]
    fn sweep_some(&mut self, expiry: &X, now: X::Now, removed: &mut Removed<K, O, X>)
    where
        K: OwnedKey,
    {
        if X::EXPIRES || O::Storage::MORTAL || K::MORTAL {
            let before = removed.count();
            self.table.sweep_some(|entry| !Self::is_over(entry, expiry, now), &mut removed.swept.0);
            self.count_swept(before, removed);
        }
    }

    /// Whether one more entry, of this weight, can be stored.
    #[inline]
    fn has_room(&self, weight: usize, expiry: &X) -> bool {
        self.table.len() < self.most
            && (!X::WEIGHS || self.table.weight() + weight as u128 <= expiry.heaviest() as u128)
    }

    /// Takes out entries until one more, of this weight, can be stored, and says whether it can. Before it is: no bound is
    /// ever exceeded, and what has just come does not give way.
    #[inline]
    fn make_room(&mut self, weight: usize, expiry: &X, now: X::Now, removed: &mut Removed<K, O, X>) -> bool
    where
        K: OwnedKey,
    {
        #[cfg(any(loom, shuttle))]
        if fault::is(Fault::MakeRoomLate) {
            return true;
        }
        if self.has_room(weight, expiry) {
            return true;
        }
        loop {
            let is_in_order = !O::Storage::MORTAL && !K::MORTAL && (!X::EXPIRES || expiry.is_in_order());
            // Where one is to go, and it is in order, a sweep has found it.
            if !is_in_order || X::EXPIRES && X::WEIGHS {
                let before = removed.count();
                let live = |entry: &_| !Self::is_over(entry, expiry, now);
                self.table.make_room(is_in_order, live, &mut removed.swept.0);
                self.count_swept(before, removed);
                if removed.count() > before {
                    if self.has_room(weight, expiry) {
                        break;
                    }
                    continue;
                }
            }
            if !self.give_way(expiry, now, removed) {
                return false;
            }
            // Without weights one was too many.
            if !X::WEIGHS || self.has_room(weight, expiry) {
                break;
            }
        }
        // After many computations at once most slots are vacant.
        self.table.shrink_if_sparse();
        true
    }

    /// Takes out the entry that is to give way, and says whether there was one. No sweep need have come to it.
    #[inline]
    fn give_way(&mut self, expiry: &X, now: X::Now, removed: &mut Removed<K, O, X>) -> bool
    where
        K: OwnedKey,
    {
        let Some(place) = self.table.victim() else { return false };
        let cause = Self::cause_of(self.table.entry(place), Cause::Capacity, expiry, now);
        let entry = self.table.remove(place);
        match cause {
            Cause::Capacity => self.evictions += 1,
            Cause::Expired => self.count_expired(1, removed),
            Cause::Invalidated | Cause::Replaced => {}
        }
        if X::HEEDS || const { needs_drop::<(K, O::Stored)>() } {
            removed.put_aside(entry, cause);
        }
        true
    }

    /// Takes out an entry for this, unless it was over before.
    fn take_out(
        &mut self,
        place: Place,
        cause: Cause,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) where
        K: OwnedKey,
    {
        let cause = Self::cause_of(self.table.entry(place), cause, expiry, now);
        self.count_expired(u64::from(cause == Cause::Expired), removed);
        removed.push(self.table.remove(place), cause);
    }

    /// Stores a result that was not computed here. A computation of its key in progress will not be stored.
    pub(super) fn prime(
        &mut self,
        (hash, key): (u64, K),
        (stored, stamp): (O::Stored, X::Stamp),
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) where
        K: OwnedKey,
    {
        removed.stored = Some(stored);
        let key = removed.key.insert(key);
        self.table.make_stale(hash, FlightId::MAX, key);
        if self.passes_through() {
            return;
        }
        self.store(hash, stamp, true, expiry, now, removed);
    }

    /// Drops the entry of a key, and says whether it could have been served. A computation of it in
    /// progress will not be stored.
    pub(super) fn invalidate(
        &mut self,
        hash: u64,
        is: impl Fn(&K) -> bool,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) -> bool
    where
        K: OwnedKey,
    {
        self.table.make_stale_by(hash, &is);
        let Some(place) = self.table.find_ready_by(hash, is) else { return false };
        let is_live = Self::is_live(self.table.entry(place), expiry, now);
        self.take_out(place, Cause::Invalidated, expiry, now, removed);
        self.table.shrink_if_sparse();
        is_live
    }

    /// Takes out what has expired or died, and gives back memory that is not needed.
    pub(super) fn sweep(&mut self, expiry: &X, now: X::Now, removed: &mut Removed<K, O, X>)
    where
        K: OwnedKey,
    {
        self.table.sweep(|entry| !Self::is_over(entry, expiry, now), &mut removed.swept.0);
        self.count_swept(0, removed);
    }

    /// Counts what was swept, but for the first.
    #[inline]
    fn count_swept(&mut self, first: usize, removed: &mut Removed<K, O, X>) {
        let swept = removed.count() - first;
        let invalid = if X::HEEDS || O::Storage::TAGGED { removed.sort_swept(first) } else { 0 };
        let expired = swept - invalid;
        self.count_expired(expired as u64, removed);
    }

    #[inline]
    fn count_expired(&mut self, entries: u64, removed: &mut Removed<K, O, X>) {
        self.expirations += entries;
        removed.expired.add(entries);
    }

    /// Takes out all entries and resets the counters. No computation in progress will be stored.
    pub(super) fn clear(
        &mut self,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) -> impl Sized + use<K, O, X, P>
    where
        K: OwnedKey,
    {
        let entries = self.empty(expiry, now, removed);
        (self.hits, self.misses, self.evictions, self.expirations) = (0, 0, 0, 0);
        entries
    }

    /// Takes out all entries. No computation in progress will be stored.
    pub(super) fn empty(
        &mut self,
        expiry: &X,
        now: X::Now,
        removed: &mut Removed<K, O, X>,
    ) -> impl Sized + use<K, O, X, P>
    where
        K: OwnedKey,
    {
        if X::HEEDS {
            // Their time was over before. Counted is neither this, nor where nobody is told.
            self.table.sweep(|entry| Self::is_live(entry, expiry, now), &mut removed.swept.0);
            removed.sort_swept(0);
            for entry in self.table.drain() {
                removed.push(entry, Cause::Invalidated);
            }
            return (None, Swept::new());
        }
        let (table, entries) = self.table.clear();
        (table, Swept(entries))
    }

    /// What the table takes.
    pub(super) fn bytes(&self) -> usize {
        self.table.bytes()
    }

    /// The counters, without what only the cache knows.
    pub(super) fn info(&self) -> CacheInfo {
        CacheInfo {
            hits: self.hits,
            misses: self.misses,
            evictions: self.evictions,
            expirations: self.expirations,
            len: self.table.len(),
            capacity: (self.bounded || self.most < MOST).then_some(if self.most == MOST {
                usize::MAX
            } else {
                self.most
            }),
            weight: usize::try_from(self.table.weight()).unwrap_or(usize::MAX),
            ..CacheInfo::default()
        }
    }
}
