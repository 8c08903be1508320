//! A call on its way: what it tries, how a thread waits, and the right to run the body.

use super::flight::{self, Aboard, FlightId, Outcome, Waiter};
use super::kind::{Kind, Shape, Shared};
use super::state::{Manner, Start, Trash};
use super::{Cache, Expiry, Room};
use crate::sync::Arc;
use std::ops::Deref;

/// How a call goes on.
pub enum Call<T, P: Lands> {
    /// With this result.
    Ready(T),
    /// By running the body.
    Run(Ticket<P>),
}

/// Leads to a cache, in which a computation lands that comes to nothing.
pub trait Lands {
    /// Ends a computation without result.
    fn lose(&self, begun: Begun);
}

impl<P, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Lands for P
where
    P: Deref<Target = Cache<K, O, X, R, H>>,
{
    fn lose(&self, begun: Begun) {
        drop(self.finish(begun, None));
    }
}

/// A call whose result was not there, of the cache that `P` leads to.
pub struct Attempt<P, K> {
    cache: P,
    hash: u64,
    /// Until it is stored with a flight.
    key: Option<K>,
    manner: Manner,
}

/// What is next in an attempt.
pub(super) enum Step<T, P: Lands, S> {
    Go(Call<T, P>),
    Wait(Waiter<S>),
}

impl<P, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Attempt<P, K>
where
    P: Deref<Target = Cache<K, O, X, R, H>> + Clone,
{
    #[inline]
    pub(super) fn new(cache: P, hash: u64, key: K) -> Self {
        let manner = if cache.single_flight { Manner::Shared } else { Manner::Alone };
        Self { cache, hash, key: Some(key), manner }
    }

    /// Waits, if need be, as a thread does.
    #[inline(never)]
    pub(super) fn wait(mut self) -> Call<O::Output, P> {
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
    pub(super) fn step(&mut self) -> Step<O::Output, P, Shared<O>> {
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
    pub(super) fn anew(mut self) -> Ticket<P> {
        self.manner = Manner::Anew;
        let id = flight::new_id();
        let begun = self.start(id).map(|_| id);
        self.ticket(begun)
    }

    /// `None` if the cache is not to know of the computation.
    fn start(&mut self, id: FlightId) -> Option<Start<K, O>> {
        let Self { ref cache, hash, manner, .. } = *self;
        if cache.capacity == Some(0) {
            cache.room.with(|state, _| state.count_miss());
            return None;
        }
        let key = self.key.take().expect("the key comes back from each wait");
        let now = cache.expiry.now();
        let mut trash = Trash::new();
        cache.room.with(|state, _| state.start((hash, key), id, manner, &cache.expiry, now, &mut trash))
    }

    fn ticket(&self, begun: Option<FlightId>) -> Ticket<P> {
        let Self { ref cache, hash, manner, .. } = *self;
        let flight = begun.map(|id| Begun { hash, id, replaces: manner == Manner::Anew });
        Ticket { cache: cache.clone(), flight }
    }
}

/// A computation that a cache knows of.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    pub(super) hash: u64,
    pub(super) id: FlightId,
    pub(super) replaces: bool,
}

/// The right, and the duty, to run the body for a key. Dropped without that, as when the body panics, it
/// hands over to those who wait.
pub struct Ticket<P: Lands> {
    cache: P,
    /// `None` if the cache is not to know of the result.
    flight: Option<Begun>,
}

impl<P, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Ticket<P>
where
    P: Deref<Target = Cache<K, O, X, R, H>>,
{
    /// Runs the body, stores its result and shares it with those who wait.
    #[inline]
    pub fn run(self, body: impl FnOnce() -> O::Output) -> O::Output {
        self.run_if(body, |_| true)
    }

    /// The same, but stores the result only if `keep` says so.
    #[inline]
    pub fn run_if(
        self,
        body: impl FnOnce() -> O::Output,
        keep: impl FnOnce(&O::Output) -> bool,
    ) -> O::Output {
        let aboard = self.board();
        let output = body();
        self.settle(output, keep, aboard)
    }

    /// Stores the result of the body and shares it with those who wait.
    #[inline]
    pub fn finish(self, output: O::Output) -> O::Output {
        self.finish_if(output, |_| true)
    }

    /// The same, but stores it only if `keep` says so.
    #[inline]
    pub fn finish_if(self, output: O::Output, keep: impl FnOnce(&O::Output) -> bool) -> O::Output {
        let aboard = self.board();
        self.settle(output, keep, aboard)
    }

    #[inline]
    fn settle(
        self,
        output: O::Output,
        keep: impl FnOnce(&O::Output) -> bool,
        aboard: Option<Aboard>,
    ) -> O::Output {
        // An error that is not kept is not a value to be asked about.
        let kept = O::Shape::value(&output).is_some() && keep(&output);
        self.complete(&output, kept, aboard);
        output
    }

    #[inline(never)]
    fn complete(mut self, output: &O::Output, kept: bool, aboard: Option<Aboard>) {
        // Before the flight is taken: if a clone panics, the ticket is dropped with it.
        let result = if kept && self.flight.is_some() { self.cache.stored(output) } else { None };
        drop(aboard);
        if let Some(begun) = self.flight.take() {
            let report = self.cache.finish(begun, result);
            report.send(|| Cache::<K, O, X, R, H>::share(output).map_or(Outcome::Unshared, Outcome::Shared));
        }
    }
}

impl<P: Lands> Ticket<P> {
    /// What is called from here on, for as long as the guard lives, is inside of the flight.
    #[inline]
    pub(super) fn board(&self) -> Option<Aboard> {
        self.flight.map(|flight| Aboard::enter(flight.id))
    }
}

impl<P: Lands> Drop for Ticket<P> {
    fn drop(&mut self) {
        if let Some(begun) = self.flight.take() {
            self.cache.lose(begun);
        }
    }
}
