//! A call on its way: what it tries, how a thread waits, and the right to run the body.

use super::flight::{self, Aboard, FlightId, Outcome, Waiter};
use super::kind::{Kind, Shape, Shared};
use super::scope::{Holds, Scope};
use super::state::{Manner, Report, Start, Trash};
use super::{Cache, Expiry, Room, SingleFlight};
use crate::sync::Arc;
use std::any::Any;
use std::marker::PhantomData;

/// How a call goes on.
pub enum Call<T, S: Scope> {
    /// With this result.
    Ready(T),
    /// By running the body.
    Run(Ticket<T, S>),
}

/// A call whose result was not there.
pub(super) struct Attempt<S: Scope, K: 'static, O: Kind, X: Expiry, R: 'static, H: 'static> {
    cache: S::Pointer<Cache<K, O, X, R, H>>,
    hash: u64,
    /// Until it is stored with a flight.
    key: Option<K>,
    manner: Manner,
}

/// What is next in an attempt.
pub(super) enum Step<T, S: Scope, W> {
    Go(Call<T, S>),
    Wait(Waiter<W>),
}

impl<S, K, O, X, R, H> Attempt<S, K, O, X, R, H>
where
    S: Holds<K, O, X, R, H>,
    K: Eq,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X>,
{
    #[inline]
    pub(super) fn new(cache: S::Pointer<Cache<K, O, X, R, H>>, hash: u64, key: K) -> Self {
        let manner = match cache.single_flight {
            SingleFlight::Join | SingleFlight::Within(_) => Manner::Shared,
            SingleFlight::Off => Manner::Alone,
        };
        Self { cache, hash, key: Some(key), manner }
    }

    /// Waits, if need be, as a thread does.
    #[inline(never)]
    pub(super) fn wait(mut self) -> Call<O::Output, S> {
        loop {
            match self.step() {
                Step::Go(call) => return call,
                Step::Wait(waiter) => {
                    if let Some(output) = self.landed(waiter.wait()) {
                        return Call::Ready(output);
                    }
                }
            }
        }
    }

    /// Looks for a result or a flight of the key, and takes off if there is neither.
    pub(super) fn step(&mut self) -> Step<O::Output, S, Shared<O, X>> {
        let id = flight::new_id();
        let mut trash = Trash::new();
        match self.start(id, &mut trash) {
            None => Step::Go(Call::Run(self.ticket(None))),
            Some(Start::Lead) => {
                // The trash goes inside of the flight: it may call this function.
                let ticket = self.ticket(Some(id));
                let aboard = ticket.enter();
                drop(trash);
                drop(aboard);
                Step::Go(Call::Run(ticket))
            }
            Some(Start::Found(taken)) => Step::Go(Call::Ready(Cache::<K, O, X, R, H>::output(taken))),
            Some(Start::Join(flight, landing, key)) => {
                self.key = Some(key);
                Step::Wait(Waiter::new(flight, landing))
            }
        }
    }

    /// What a flight left for this call, if that is a result; otherwise it tries again.
    pub(super) fn landed(&mut self, outcome: Option<Outcome<Arc<Shared<O, X>>>>) -> Option<O::Output> {
        match outcome {
            Some(Outcome::Shared(shared)) => {
                let Self { cache, hash, key, .. } = self;
                let now = cache.expiry.now();
                // A task may come to look long after it was woken.
                if shared.stamp.as_ref().is_none_or(|stamp| cache.expiry.is_live(stamp, now)) {
                    let is = |stored: &K| key.as_ref() == Some(stored);
                    cache.room.with(|state, _| state.hit_shared(*hash, is, &cache.expiry, now));
                    return Some(Cache::<K, O, X, R, H>::unshare(&shared));
                }
            }
            Some(Outcome::Lost) => {}
            // To wait for the next to fail, or round a cycle, is no use.
            Some(Outcome::Unshared) | None => self.manner = Manner::Alone,
        }
        None
    }

    /// Computes in any case.
    pub(super) fn anew(mut self) -> Ticket<O::Output, S> {
        self.manner = Manner::Anew;
        let id = flight::new_id();
        let mut trash = Trash::new(); // none, since nothing was looked for
        let begun = self.start(id, &mut trash).map(|_| id);
        self.ticket(begun)
    }

    /// `None` if the cache is not to know of the computation.
    fn start(&mut self, id: FlightId, trash: &mut Trash<K, O>) -> Option<Start<K, O, X>> {
        let Self { cache, hash, key, manner } = self;
        if cache.capacity == Some(0) {
            cache.room.with(|state, _| state.count_miss());
            return None;
        }
        let key = key.take().expect("the key comes back from each wait");
        let now = cache.expiry.now();
        cache.room.with(|state, _| state.start((*hash, key), id, *manner, &cache.expiry, now, trash))
    }

    fn ticket(&self, begun: Option<FlightId>) -> Ticket<O::Output, S> {
        let Self { hash, manner, .. } = *self;
        let flight = begun.map(|id| Begun { hash, id, replaces: manner == Manner::Anew });
        Ticket { cache: S::erase(self.cache.clone()), flight, result: PhantomData }
    }
}

/// A computation that a cache knows of.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    pub(super) hash: u64,
    pub(super) id: FlightId,
    /// Whether its result takes the place of one that is there.
    pub(super) replaces: bool,
}

/// A cache, as a ticket sees it. The result it hands over is of the type that the function returns.
pub trait Finish {
    /// Whether there is something in a result that could be kept.
    fn has_value(&self, output: &dyn Any) -> bool;

    /// Ends a computation: stores its result if it is to be `kept`, and shares it with those who wait.
    fn finish(&self, flight: &mut Option<Begun>, output: &dyn Any, kept: bool);

    /// Ends a computation without a result.
    fn lose(&self, begun: Begun);
}

impl<K: Eq, O: Kind<Output: 'static>, X: Expiry, R: Room<K, O, X>, H> Finish for Cache<K, O, X, R, H> {
    fn has_value(&self, output: &dyn Any) -> bool {
        O::Shape::value(Self::known(output)).is_some()
    }

    fn finish(&self, flight: &mut Option<Begun>, output: &dyn Any, kept: bool) {
        let output = Self::known(output);
        // Before the flight is taken: if a clone panics, the ticket is dropped with it.
        let result = if kept && flight.is_some() { self.stored(output) } else { None };
        if let Some(begun) = flight.take() {
            let is_kept = result.is_some();
            let (report, trash) = self.land(begun, result);
            report.send(|| self.share(output, is_kept).map_or(Outcome::Unshared, Outcome::Shared));
            // Last: it may call one who waits for this, and who knows by now.
            drop(trash);
        }
    }

    fn lose(&self, begun: Begun) {
        let (report, trash) = self.land(begun, None);
        drop(report);
        drop(trash);
    }
}

impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Cache<K, O, X, R, H> {
    fn known(output: &dyn Any) -> &O::Output
    where
        O::Output: 'static,
    {
        output.downcast_ref().expect("a ticket is of the type that its cache was asked for")
    }

    /// Takes a computation out, and says who waits for it, and what is to be dropped once they are told.
    fn land(
        &self,
        begun: Begun,
        result: Option<(O::Stored, X::Stamp)>,
    ) -> (Report<Shared<O, X>>, Trash<K, O>) {
        let now = self.expiry.now();
        // Made out here: `Eq` of a key may panic in there.
        let (mut report, mut trash) = (Report::new(), Trash::new());
        self.room.with(|state, _| {
            state.finish(begun, result, &self.expiry, now, (&mut report, &mut trash));
        });
        (report, trash)
    }
}

/// The right, and the duty, to run the body for a key. Dropped without that, as when the body panics, it
/// hands over to those who wait.
#[must_use = "dropped, it hands over to those who wait"]
pub struct Ticket<T, S: Scope> {
    cache: S::Erased,
    /// `None` if the cache is not to know of the result.
    flight: Option<Begun>,
    result: PhantomData<fn() -> T>,
}

impl<T, S: Scope> Ticket<T, S> {
    /// Begins the body: what is called from here on, for as long as the guard lives, is inside of the flight.
    #[inline]
    pub fn start(self) -> Started<T, S> {
        Started { aboard: self.enter(), ticket: self }
    }

    /// The same for a body that is inside already.
    #[inline]
    pub(super) fn started(self, aboard: Option<Aboard>) -> Started<T, S> {
        Started { aboard, ticket: self }
    }

    #[inline]
    pub(super) fn enter(&self) -> Option<Aboard> {
        self.flight.map(|flight| Aboard::enter(flight.id))
    }
}

impl<T, S: Scope> Drop for Ticket<T, S> {
    fn drop(&mut self) {
        if let Some(begun) = self.flight.take() {
            self.cache.lose(begun);
        }
    }
}

/// A body that has begun.
#[must_use = "dropped, it hands over to those who wait"]
pub struct Started<T, S: Scope> {
    // In this order: what is dropped with the ticket is inside of the flight.
    ticket: Ticket<T, S>,
    aboard: Option<Aboard>,
}

impl<T: 'static, S: Scope> Started<T, S> {
    /// Stores the result of the body, shares it with those who wait, and hands it back.
    #[inline]
    pub fn finish(self, output: T) -> T {
        self.settle(output, true)
    }

    /// The same, but stores it only if `keep` says so.
    #[inline]
    pub fn finish_if(self, output: T, keep: impl FnOnce(&T) -> bool) -> T {
        // An error that is not kept is not a value to be asked about.
        let kept = self.ticket.cache.has_value(&output) && keep(&output);
        self.settle(output, kept)
    }

    #[inline(never)]
    fn settle(self, output: T, kept: bool) -> T {
        // Clones and drops are inside of the flight, as the body is.
        let Self { mut ticket, aboard } = self;
        ticket.cache.finish(&mut ticket.flight, &output, kept);
        drop((ticket, aboard));
        output
    }
}
