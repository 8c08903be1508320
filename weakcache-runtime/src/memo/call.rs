//! A call on its way: what it tries, how a thread waits, and the right to run the body.

use super::flight::{self, Aboard, FlightId, Outcome, Waiter};
use super::kind::{Kind, Shape, Shared};
use super::scope::{Holds, Scope};
use super::state::{Manner, Report, Start, Trash};
use super::{Cache, Expiry, Room};
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
        let manner = if cache.single_flight { Manner::Shared } else { Manner::Alone };
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
    pub(super) fn step(&mut self) -> Step<O::Output, S, Shared<O>> {
        let id = flight::new_id();
        match self.start(id) {
            None => Step::Go(Call::Run(self.ticket(None))),
            Some(Start::Lead) => Step::Go(Call::Run(self.ticket(Some(id)))),
            Some(Start::Found(taken, _)) => Step::Go(Call::Ready(Cache::<K, O, X, R, H>::output(taken))),
            Some(Start::Join(flight, landing, key)) => {
                self.key = Some(key);
                Step::Wait(Waiter::new(flight, landing))
            }
        }
    }

    /// What a flight left for this call, if that is a result; otherwise it tries again.
    pub(super) fn landed(&mut self, outcome: Option<Outcome<Arc<Shared<O>>>>) -> Option<O::Output> {
        match outcome {
            Some(Outcome::Shared(shared)) => {
                self.cache.room.with(|state, _| state.hits += 1);
                return Some(Cache::<K, O, X, R, H>::unshare(&shared));
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
        let begun = self.start(id).map(|_| id);
        self.ticket(begun)
    }

    /// `None` if the cache is not to know of the computation.
    fn start(&mut self, id: FlightId) -> Option<Start<K, O>> {
        let Self { cache, hash, key, manner } = self;
        if cache.capacity == Some(0) {
            cache.room.with(|state, _| state.count_miss());
            return None;
        }
        let key = key.take().expect("the key comes back from each wait");
        let now = cache.expiry.now();
        let mut trash = Trash::new();
        cache.room.with(|state, _| state.start((*hash, key), id, *manner, &cache.expiry, now, &mut trash))
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
    hash: u64,
    id: FlightId,
    replaces: bool,
}

/// A cache, as a ticket sees it. The result it hands over is of the type that the function returns.
pub trait Finish {
    /// Whether there is something in a result that could be kept.
    fn has_value(&self, output: &dyn Any) -> bool;

    /// Ends a computation: stores its result if it is to be `kept`, and shares it with those who wait.
    fn finish(&self, flight: &mut Option<Begun>, output: &dyn Any, kept: bool, aboard: Option<Aboard>);

    /// Ends a computation without a result.
    fn lose(&self, begun: Begun);
}

impl<K: Eq, O: Kind<Output: 'static>, X: Expiry, R: Room<K, O, X>, H> Finish for Cache<K, O, X, R, H> {
    fn has_value(&self, output: &dyn Any) -> bool {
        O::Shape::value(Self::known(output)).is_some()
    }

    fn finish(&self, flight: &mut Option<Begun>, output: &dyn Any, kept: bool, aboard: Option<Aboard>) {
        let output = Self::known(output);
        // Before the flight is taken: if a clone panics, the ticket is dropped with it.
        let result = if kept && flight.is_some() { self.stored(output) } else { None };
        drop(aboard);
        if let Some(begun) = flight.take() {
            let report = self.land(begun, result);
            report.send(|| Self::share(output).map_or(Outcome::Unshared, Outcome::Shared));
        }
    }

    fn lose(&self, begun: Begun) {
        drop(self.land(begun, None));
    }
}

impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Cache<K, O, X, R, H> {
    fn known(output: &dyn Any) -> &O::Output
    where
        O::Output: 'static,
    {
        output.downcast_ref().expect("a ticket is of the type that its cache was asked for")
    }

    /// Takes a computation out, and says who waits for it.
    fn land(&self, begun: Begun, result: Option<(O::Stored, X::Stamp)>) -> Report<Shared<O>> {
        let now = self.expiry.now();
        let Begun { hash, id, replaces } = begun;
        let (mut report, mut trash) = (Report::new(), Trash::new());
        self.room.with(|state, _| {
            state.finish(hash, id, result, replaces, &self.expiry, now, (&mut report, &mut trash));
        });
        report
    }
}

/// The right, and the duty, to run the body for a key. Dropped without that, as when the body panics, it
/// hands over to those who wait.
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
        Started { aboard: self.board(), ticket: self }
    }

    #[inline]
    pub(super) fn board(&self) -> Option<Aboard> {
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
pub struct Started<T, S: Scope> {
    // Left before the ticket is given up.
    aboard: Option<Aboard>,
    ticket: Ticket<T, S>,
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
        let Self { aboard, mut ticket } = self;
        ticket.cache.finish(&mut ticket.flight, &output, kept, aboard);
        output
    }
}
