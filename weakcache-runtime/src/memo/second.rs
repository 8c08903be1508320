//! What a cache does for its second tier.
#![forbid(unsafe_code)]

use super::access::Access;
use super::cache::{Cache, Finish, SingleFlight};
use super::erased::Erased;
use super::expiry::Expiry;
use super::index::spread;
use super::key::Key;
use super::kind::{Kind, Shape, Shared, Storage};
use super::owned::OwnedKey;
use super::removed::Removed;
use super::state::{Flight, Report};
use super::tier::tag::{self, StoredTag};
use super::tier::{Codec, NO_KEY, NO_VALUE, Tier};
use super::waiters::Outcome;
use crate::clock::{self, Tick};
use crate::store::{self, Heard, Listener};
use crate::tags::Tag;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::time::Duration;

/// A cache that has one, as a ticket sees it.
pub trait Second {
    fn tier(&self) -> (&'static Tier, Codec);

    /// How long a computation waits for another process, if there is a limit of ours.
    fn patience(&self) -> Option<Duration>;

    /// The key of a computation, as the store knows it.
    fn bytes(&self, flight: Flight) -> Option<Vec<u8>>;

    /// Whether what is computed is live, and due.
    fn renews(&self, flight: Flight) -> bool;

    /// Counts a body that starts.
    fn begin(&self);

    /// Whether a result may be too heavy to be kept here.
    fn may_be_too_heavy(&self) -> bool;

    /// At which age a result is computed anew.
    fn due(&self) -> Option<Tick>;

    /// Ends a computation with what the store had, of which this time is left.
    fn accept(&self, flight: &mut Option<Flight>, output: Erased<'_>, stored: Stored) -> Accepted;

    /// Ends a computation as `finish` does, and says whether the result is kept, and for how long.
    fn conclude(&self, flight: &mut Option<Flight>, output: Erased<'_>, kept: bool) -> Option<Kept>;

    /// A result, as it is stored under that key, if it is of the kind that is. `Err` if it cannot be.
    fn written(&self, key: store::Key<'_>, output: Erased<'_>) -> Option<Result<Vec<u8>, Unwritten>>;

    /// Another process has invalidated something.
    fn hear(&self, heard: Heard<'_>);
}

/// What is known of a result that the store had.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// What is left of its time to live, if that ends.
    pub(super) left: Option<Duration>,
    pub(super) age: Tick,
}

/// What becomes of that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accepted {
    /// It is served.
    Served,
    /// It is served, and who asks now computes it anew.
    Due,
    /// It is due, and not kept here where others could be served it meanwhile. The computation goes on.
    TooHeavy,
}

/// That a result is kept.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// What is left of its time to live, if that ends.
    pub(super) left: Option<Duration>,
}

/// A value that cannot be written, or not be read again.
#[derive(Debug)]
pub struct Unwritten;

/// Has a cache hear what other processes invalidate, from before the first time that it asks its store.
pub(super) fn listen(cache: &'static (dyn Finish + Send + Sync)) {
    if let Some(second) = cache.second() {
        second.tier().0.listen(|| listener(cache));
    }
}

/// The same for who may be a task.
pub(super) async fn listen_async(cache: &'static (dyn Finish + Send + Sync), tier: &'static Tier) {
    tier.listen_async(move || listener(cache)).await;
}

fn listener(cache: &'static (dyn Finish + Send + Sync)) -> Listener {
    Arc::new(move |heard: Heard<'_>| {
        if let Some(second) = cache.second() {
            second.hear(heard);
        }
    })
}

impl<K, O, X, A, H> Second for Cache<K, O, X, A, H>
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher,
{
    fn tier(&self) -> (&'static Tier, Codec) {
        self.expiry.tier().expect("only such caches are asked")
    }

    fn patience(&self) -> Option<Duration> {
        match self.single_flight {
            SingleFlight::Off => Some(Duration::ZERO),
            joins => joins.limit(),
        }
    }

    fn bytes(&self, flight: Flight) -> Option<Vec<u8>> {
        let copy = self.copy_of_key(flight)?;
        self.tier().1.key::<K>(copy)
    }

    fn renews(&self, flight: Flight) -> bool {
        let now = self.expiry.now();
        X::RENEWS && self.access.lock().is_some_and(|state| state.is_live_beside(flight, &self.expiry, now))
    }

    fn begin(&self) {
        if let Some(mut state) = self.access.lock() {
            state.count_miss();
        }
    }

    fn due(&self) -> Option<Tick> {
        self.expiry.due()
    }

    fn may_be_too_heavy(&self) -> bool {
        X::WEIGHS
    }

    fn accept(
        &self,
        flight: &mut Option<Flight>,
        output: Erased<'_>,
        Stored { left, age }: Stored,
    ) -> Accepted {
        let is_due = self.expiry.due().is_some_and(|due| age >= due);
        let stamp = |own| {
            let mut stamp = self.expiry.stamp_left(own, left)?;
            self.expiry.age(&mut stamp, age);
            Some(stamp)
        };
        if is_due && X::WEIGHS {
            let own = self.own(Self::known(output), || self.copy_of_key((*flight)?));
            if own.is_some_and(|own| stamp(own).is_none()) {
                return Accepted::TooHeavy;
            }
        }
        self.end_with(flight, output, true, stamp);
        if is_due { Accepted::Due } else { Accepted::Served }
    }

    fn conclude(&self, flight: &mut Option<Flight>, output: Erased<'_>, kept: bool) -> Option<Kept> {
        let is_err = O::Shape::value(Self::known(output)).is_some_and(|(_, is_err)| is_err);
        self.end_with(flight, output, kept, |own| self.expiry.stamp_own(is_err, own))
    }

    fn written(&self, key: store::Key<'_>, output: Erased<'_>) -> Option<Result<Vec<u8>, Unwritten>> {
        let written = O::Shape::written(O::Shape::value(Self::known(output))?.0)?;
        Some(self.tier().1.value(key, written, self.time_of_writing()).ok_or(Unwritten))
    }

    fn hear(&self, heard: Heard<'_>) {
        let (tier, codec) = self.tier();
        let mine = tier.namespace().id();
        match heard {
            Heard::Removed { namespace, key } if namespace == mine => {
                tier.hear(Some(key));
                let mut hasher = self.hasher.build_hasher();
                match codec.restore::<K>(key, &mut hasher) {
                    Some(stored) => _ = self.remove(spread(hasher.finish()), |other| *other == stored),
                    // It may be any.
                    None => self.forget_all(),
                }
            }
            Heard::Cleared { namespace } if namespace == mine => self.forget_all(),
            Heard::Everything => self.forget_all(),
            Heard::Invalidated(id) => tag::hear(id),
            Heard::Removed { .. } | Heard::Cleared { .. } => {}
        }
    }
}

impl<K, O, X, A, H> Cache<K, O, X, A, H>
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
{
    /// As `finish`, with another stamp, and whether the result is kept.
    fn end_with(
        &self,
        flight: &mut Option<Flight>,
        output: Erased<'_>,
        kept: bool,
        stamp: impl Fn(X::Own) -> Option<X::Stamp>,
    ) -> Option<Kept> {
        let output = Self::known(output);
        // Before the flight is taken: if a clone panics, the ticket is dropped with it.
        let key = || self.copy_of_key((*flight)?);
        let own = if kept && flight.is_some() { self.own(output, key) } else { None };
        let stored = |(value, _): (&O::Value, bool)| O::Storage::store(value);
        let result = own.and_then(|own| Some((stored(O::Shape::value(output)?), stamp(own)?)));
        let kept = self.kept(result.as_ref().map(|(_, stamp)| stamp), || stamp(X::weightless(own?)));
        let ended = (*flight)?;
        let mut replaced = Removed::new();
        if kept.is_some() && result.is_none() {
            // The other tier has it, so what it replaces is not to be served here.
            let now = self.expiry.now();
            if let Some(mut state) = self.access.lock() {
                state.remove_replaced(ended, &self.expiry, now, &mut replaced);
            }
        }
        let (mut report, mut removed) = (Report::new(), Removed::new());
        let late = self.end(flight, result, (&mut report, &mut removed))?;
        report.send(|| {
            let shared = match O::Shape::value(output) {
                Some((value, _)) => {
                    let stamp = own.and_then(&stamp);
                    Some(Shared { result: Ok(value.clone()), stamp })
                }
                None => O::Shape::error(output).map(|error| Shared { result: Err(error), stamp: None }),
            };
            shared.map_or(Outcome::Unshared, Outcome::Shared)
        });
        // Last: it may call one who waits for this, and who knows by now.
        self.release(removed);
        self.release(replaced);
        drop(late);
        kept
    }

    /// Whether a result is kept in either tier: here with this stamp, or elsewhere with that of one without weight.
    fn kept(&self, stamp: Option<&X::Stamp>, weightless: impl FnOnce() -> Option<X::Stamp>) -> Option<Kept> {
        let left = |stamp: &X::Stamp| Kept { left: self.expiry.left(stamp) };
        match stamp {
            Some(stamp) => Some(left(stamp)),
            None if X::WEIGHS => weightless().as_ref().map(left),
            None => None,
        }
    }

    /// What is written with a value of which the age counts.
    fn time_of_writing(&self) -> Option<u64> {
        self.expiry.due().map(|_| clock::wall())
    }

    /// Drops all entries. No computation in progress will be stored, in either tier.
    fn forget_all(&self) {
        if let Some((tier, _)) = self.expiry.tier() {
            tier.hear(None);
        }
        let (mut removed, now) = (Removed::new(), self.expiry.now());
        if let Some(mut state) = self.access.lock() {
            let entries = state.empty(&self.expiry, now, &mut removed);
            drop(state);
            drop(entries);
        }
        self.release(removed);
    }
}

impl<K, O, X, A, H> Cache<K, O, X, A, H>
where
    K: OwnedKey,
    O: Kind<Output: 'static>,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher,
{
    /// The key as the store knows it, and its tier.
    fn in_tier(&self, key: &K) -> Option<(&'static Tier, Codec, Vec<u8>)> {
        let (tier, codec) = self.expiry.tier()?;
        let bytes = key.copy().and_then(|copy| codec.key::<K>(copy));
        if bytes.is_none() {
            tier.count_failure(&NO_KEY);
        }
        Some((tier, codec, bytes?))
    }

    /// Removes the entry of a key from both tiers. The first is the last: what a call has from the second meanwhile, goes
    /// with it.
    pub(super) fn invalidate_both<Q: Key<Owned = K>>(&self, key: Q) -> bool {
        let (hash, key) = (self.hash(&key), key.into_owned());
        if let Some((tier, _, bytes)) = self.in_tier(&key) {
            tier.remove(bytes);
        }
        self.remove(hash, |stored| *stored == key)
    }

    /// Stores a result in both tiers, in the same order.
    pub(super) fn prime_both<Q: Key<Owned = K>>(&self, key: Q, output: &O::Output, tags: &[StoredTag]) {
        let (hash, key) = (self.hash(&key), key.into_owned());
        let own = self.own(output, || key.copy());
        let result = own.and_then(|own| self.stored(output, own));
        let kept = self.kept(result.as_ref().map(|(_, stamp)| stamp), || {
            let (_, is_err) = O::Shape::value(output)?;
            self.expiry.stamp_own(is_err, X::weightless(own?))
        });
        if let Some((tier, codec, bytes)) = self.in_tier(&key) {
            let ids: Vec<_> = tags.iter().map(|tag| tag.id(tier)).collect();
            let written = O::Shape::value(output).and_then(|(value, _)| O::Shape::written(value));
            let written =
                written.map(|written| codec.value(tier.key(&bytes), written, self.time_of_writing()));
            match (kept, written) {
                (Some(kept), Some(Some(value))) => tier.prime(bytes, &value, kept.left, &ids),
                (_, written) => {
                    if let Some(None) = written {
                        tier.count_failure(&NO_VALUE);
                    }
                    tier.remove(bytes);
                }
            }
        }
        // What is not to be kept takes the place of what was.
        let Some(mut result) = result else {
            self.remove(hash, |stored| *stored == key);
            return;
        };
        let tags: Vec<Tag> = tags.iter().map(|tag| tag.tag().clone()).collect();
        O::Storage::tag(&mut result.0, O::Storage::tags(&tags));
        self.put_primed((hash, key), result);
    }
}
