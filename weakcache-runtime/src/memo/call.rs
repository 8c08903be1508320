//! A call that was not answered at once: what it tries, how a thread waits, and the right to run the body.

use super::access::{Access, Late};
use super::cache::{Cache, Finish, SingleFlight};
use super::erased::Erased;
use super::expiry::Expiry;
use super::kind::{Kind, Shared};
use super::owned::OwnedKey;
use super::postponed::postpone;
use super::removed::Removed;
use super::scope::{Holds, Scope};
use super::state::{Flight, Mode, Start};
use super::trace::{self, Waited, Waiting};
use super::waiters::{FlightId, Inside, Outcome, Waiter, new_id};
use crate::sync::Arc;
#[cfg(any(loom, shuttle))]
use crate::sync::fault::{self, Fault};
use crate::tags::Tag;
use std::any::Any;
use std::hash::BuildHasher;
use std::marker::PhantomData;

/// How a call goes on.
pub enum Call<T, S: Scope> {
    /// With this result.
    Ready(T),
    /// By running the body.
    Run(Ticket<T, S>),
}

/// A call whose result was not there.
pub(super) struct Miss<S: Scope, K: 'static, O: Kind, X: Expiry, A: 'static, H: 'static> {
    cache: S::Pointer<Cache<K, O, X, A, H>>,
    hash: u64,
    /// Until it is in flight.
    key: Option<K>,
    mode: Mode,
    waited: Waited,
}

/// What is next.
pub(super) enum Step<T, S: Scope, W> {
    Go(Call<T, S>),
    Wait(Waiter<W>),
}

impl<S, K, O, X, A, H> Miss<S, K, O, X, A, H>
where
    S: Holds<K, O, X, A, H>,
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher + 'static,
{
    #[inline]
    pub(super) fn new(cache: S::Pointer<Cache<K, O, X, A, H>>, hash: u64, key: K) -> Self {
        let mode = if cache.single_flight == SingleFlight::Off { Mode::Beside } else { Mode::Join };
        Self { cache, hash, key: Some(key), mode, waited: Waited::NONE }
    }

    /// Waits, if need be, as a thread does.
    #[inline]
    pub(super) fn wait(mut self) -> Call<O::Output, S> {
        match self.step() {
            Step::Go(call) => call,
            Step::Wait(waiter) => self.follow(waiter),
        }
    }

    #[cold]
    #[inline(never)]
    fn follow(mut self, mut waiter: Waiter<Shared<O, X>>) -> Call<O::Output, S> {
        loop {
            let waiting = Waiting::begin();
            let outcome = waiter.wait(self.cache.single_flight.limit());
            if let Some(output) = self.told(waiting, outcome) {
                drop(self); // the key, while the result is a local: a panic here would lose it otherwise
                return Call::Ready(output);
            }
            waiter = match self.step() {
                Step::Go(call) => return call,
                Step::Wait(waiter) => waiter,
            };
        }
    }

    /// Looks for a result or a flight of the key, and leads if there is neither.
    #[inline]
    pub(super) fn step(&mut self) -> Step<O::Output, S, Shared<O, X>> {
        let mut removed = Removed::new();
        let Some((start, late)) = self.start(&mut removed) else {
            return Step::Go(Call::Run(self.ticket(None)));
        };
        match start {
            Start::Pass => Step::Go(Call::Run(self.ticket(None))),
            Start::Lead(flight) => {
                let ticket = self.ticket(Some(flight));
                if removed.count() > 0 || late.is_some() {
                    // Inside of the flight: they may call this function, and panic.
                    let _inside = ticket.enter();
                    self.cache.release(removed);
                    drop(late);
                }
                Step::Go(Call::Run(ticket))
            }
            Start::Found(taken) => {
                let output = Cache::<K, O, X, A, H>::output(taken);
                // While the result is a local: a panic here would lose it otherwise.
                self.cache.release(removed);
                drop(late);
                drop(self.key.take());
                Step::Go(Call::Ready(output))
            }
            Start::Follow(flight, waiters) => {
                self.cache.release(removed); // as above
                drop(late);
                Step::Wait(Waiter::new(flight, waiters))
            }
        }
    }

    /// What a flight left for this call, if that is a result; otherwise it tries again.
    pub(super) fn told(
        &mut self,
        waiting: Waiting,
        outcome: Option<Outcome<Arc<Shared<O, X>>>>,
    ) -> Option<O::Output> {
        self.waited.add(&self.cache.name, waiting, outcome.as_ref());
        match outcome {
            Some(Outcome::Shared(shared)) => {
                let key = self.key.as_ref().expect(NOT_IN_FLIGHT);
                if self.cache.hit_shared(self.hash, key, &shared) {
                    let output = Cache::<K, O, X, A, H>::unshare(&shared);
                    drop(shared); // as in `step`
                    return Some(output);
                }
            }
            Some(Outcome::Lost) => {}
            // To wait for the next to fail, or round a cycle, or longer, is no use.
            Some(Outcome::Unshared) | None => self.mode = Mode::Beside,
        }
        None
    }

    /// Computes in any case.
    pub(super) fn replace(mut self) -> Ticket<O::Output, S> {
        self.mode = Mode::Replace;
        let mut removed = Removed::new(); // none, since nothing was looked for
        match self.start(&mut removed) {
            Some((Start::Lead(flight), late)) => {
                let ticket = self.ticket(Some(flight));
                if late.is_some() {
                    let _inside = ticket.enter(); // as in `step`
                    drop(late);
                }
                ticket
            }
            _ => self.ticket(None),
        }
    }

    /// `None` if the cache is not to know of the computation.
    #[inline]
    fn start(&mut self, removed: &mut Removed<K, O, X>) -> Option<(Start<O, X>, Late)> {
        let Self { cache, hash, key, mode, .. } = self;
        cache.start(*hash, key, new_id(), *mode, removed)
    }

    #[inline]
    fn ticket(&self, flight: Option<Flight>) -> Ticket<O::Output, S> {
        let flight = match flight {
            Some(flight) => Some(flight.after(self.waited)),
            None => None,
        };
        Ticket { cache: Some(S::erase(self.cache.clone())), flight, result: PhantomData }
    }
}

const NOT_IN_FLIGHT: &str = "who waits has its key";

/// The right, and the duty, to run the body for a key. Dropped without that, as when the body panics, it
/// hands over to those who wait.
#[must_use = "dropped, it hands over to those who wait"]
pub struct Ticket<T, S: Scope> {
    /// `None` while the cache is being made, and in a thread that has lost it.
    pub(super) cache: Option<S::Erased>,
    /// `None` if the cache is not to know of the result.
    pub(super) flight: Option<Flight>,
    result: PhantomData<fn() -> T>,
}

impl<T, S: Scope> Ticket<T, S> {
    #[inline]
    pub(super) const fn new(cache: S::Erased, flight: Flight) -> Self {
        Self { cache: Some(cache), flight: Some(flight), result: PhantomData }
    }

    /// One that no cache knows of.
    pub(super) const fn detached() -> Self {
        Self { cache: None, flight: None, result: PhantomData }
    }

    /// Begins the body: what is called from here on, for as long as the guard lives, is inside of the flight.
    // As `Started::end`.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn start(self) -> Started<T, S> {
        let inside = self.enter();
        let body = if trace::is_heard() { self.traced() } else { trace::Entered::NONE };
        Started { ticket: self, inside, body }
    }

    #[cold]
    #[inline(never)]
    fn traced(&self) -> trace::Entered {
        self.body(None).entered()
    }

    /// The same for a body that is inside already.
    #[inline]
    pub(super) fn started(self, inside: Option<Inside>, body: trace::Entered) -> Started<T, S> {
        Started { ticket: self, inside, body }
    }

    /// Says which tags the result will have, before the body runs. They are evaluated inside of its flight, as it is.
    #[inline]
    pub fn tagged<const N: usize>(self, tags: impl FnOnce() -> [Tag; N]) -> Self {
        if let (Some(flight), Some(cache)) = (self.flight, &self.cache) {
            let _inside = self.enter();
            cache.tag(flight, &tags());
        }
        self
    }

    /// Where the body is to compute anew what is stored and still live: that, as a hit, and the ticket for a body in the
    /// background. Otherwise the ticket alone.
    pub fn hit(self) -> Result<(T, Self), Self>
    where
        T: 'static,
    {
        let hit = self.flight.zip(self.cache.as_ref()).and_then(|(flight, cache)| {
            // `Clone` of the value, and it may have been the last handle on it.
            let _inside = self.enter();
            cache.hit_beside(flight)
        });
        match hit {
            Some(output) => Ok((known(output), self)),
            None => Err(self),
        }
    }

    /// What is told of the body that begins now, of so many elements in the case of a batch.
    #[inline]
    pub(super) fn body(&self, batch: Option<(Waited, usize)>) -> trace::Body {
        if !trace::is_heard() {
            return trace::Body::none();
        }
        let waited = batch.map_or_else(|| self.waited(), |(waited, _)| waited);
        let begin = |cache: &_| trace::Body::begin(cache, waited, batch.map(|(_, elements)| elements));
        self.name().map_or_else(trace::Body::none, begin)
    }

    #[cfg(feature = "tracing")]
    fn name(&self) -> Option<&str> {
        self.cache.as_ref().map(|cache| cache.name())
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "as the other")]
    #[inline]
    fn name(&self) -> Option<&str> {
        None
    }

    /// How long the call has waited for others.
    pub(super) fn waited(&self) -> Waited {
        self.flight.map_or(Waited::NONE, |flight| flight.waited)
    }

    /// The flight that its cache knows of.
    pub(super) fn id(&self) -> Option<FlightId> {
        self.flight.map(|flight| flight.id)
    }

    #[inline]
    pub(super) fn enter(&self) -> Option<Inside> {
        self.flight.map(|flight| Inside::enter(flight.id))
    }
}

impl<T: 'static, S: Scope> Ticket<T, S> {
    /// Ends a computation as soon as its cache can be told: with a copy of its result, or, where there can be none, without.
    #[cold]
    pub(super) fn finish_later(mut self, output: &T, kept: bool) {
        let copy = self.cache.as_ref().and_then(|cache| cache.copy(Erased::new(output)));
        #[cfg(any(loom, shuttle))]
        let copy = copy.filter(|_| !fault::is(Fault::MakeUpEmpty));
        if let Some(copy) = copy
            && let (Some(cache), Some(flight)) = (self.cache.take(), self.flight.take())
        {
            postpone(move || {
                let _inside = Inside::enter(flight.id);
                drop(end::<T, S>(cache, flight, known(copy), kept));
            });
        }
    }
}

impl<T, S: Scope> Drop for Ticket<T, S> {
    #[inline]
    fn drop(&mut self) {
        if self.flight.is_some()
            && let Some(cache) = &self.cache
        {
            cache.lose(&mut self.flight);
            if let (Some(flight), Some(cache)) = (self.flight.take(), self.cache.take()) {
                lose_later::<S>(cache, flight);
            }
        }
    }
}

/// Hands over as soon as the cache can be told.
#[cold]
fn lose_later<S: Scope>(cache: S::Erased, flight: Flight) {
    postpone(move || drop(Ticket::<(), S>::new(cache, flight)));
}

/// A body that has begun.
#[must_use = "dropped, it hands over to those who wait"]
pub struct Started<T, S: Scope> {
    // In this order: what is dropped with the ticket is inside of the flight.
    ticket: Ticket<T, S>,
    inside: Option<Inside>,
    body: trace::Entered,
}

impl<T: 'static, S: Scope> Started<T, S> {
    /// Stores the result of the body, shares it with those who wait, and hands it back.
    #[inline]
    pub fn finish(self, output: T) -> T {
        self.end(output, true)
    }

    /// The same, but stores it only if `keep` says so.
    #[inline]
    pub fn finish_if(self, output: T, keep: impl FnOnce(&T) -> bool) -> T {
        let kept = self.has_value(&output) && keep(&output);
        self.end(output, kept)
    }

    /// Whether there is something to be kept: an error that is not is no value to be asked about.
    pub(super) fn has_value(&self, output: &T) -> bool {
        self.ticket.cache.as_ref().is_some_and(|cache| cache.has_value(Erased::new(output)))
    }

    /// Its cache.
    #[cfg(feature = "store")]
    pub(super) fn cache(&self) -> Option<&S::Erased> {
        self.ticket.cache.as_ref()
    }

    /// The same, and its computation.
    #[cfg(feature = "store")]
    pub(super) fn flight(&mut self) -> (Option<&S::Erased>, &mut Option<Flight>) {
        (self.ticket.cache.as_ref(), &mut self.ticket.flight)
    }

    /// As [`finish_if`](Self::finish_if); but for an error, what is stored is handed back where that is good, and none
    /// tries again for a time.
    pub fn finish_or_stored(mut self, output: T, keep: impl FnOnce(&T) -> bool) -> T {
        match self.rescue(&output, true) {
            Some(stored) => {
                drop(self); // while the result is a local, as the error is
                stored
            }
            None => self.finish_if(output, keep),
        }
    }

    /// As [`finish_if`](Self::finish_if); but an error leaves what is stored and good, which goes to those who wait.
    pub fn finish_or_leave(mut self, output: T, keep: impl FnOnce(&T) -> bool) -> T {
        match self.rescue(&output, false) {
            Some(stored) => {
                drop((self, stored));
                output
            }
            None => self.finish_if(output, keep),
        }
    }

    /// If the computation could not be ended, ends it as soon as that is possible.
    #[cfg(feature = "store")]
    pub(super) fn put_off(mut self, output: &T, kept: bool) {
        if let Some(flight) = self.ticket.flight.take()
            && let Some(cache) = self.ticket.cache.take()
        {
            Ticket::<T, S>::new(cache, flight).finish_later(output, kept);
        }
    }

    pub(super) fn rescue(&mut self, output: &T, settled: bool) -> Option<T> {
        let Ticket { cache, flight, .. } = &mut self.ticket;
        cache.as_ref()?.rescue(flight, Erased::new(output), settled).map(known)
    }

    // A function has one place for it, or two.
    #[cfg_attr(debug_assertions, inline)]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn end(self, output: T, kept: bool) -> T {
        // In parts, which fit into registers, and are dropped in the order in which this would be. What is called in
        // there is inside of the flight, as the body is.
        let Self { body: _body, inside: _inside, mut ticket } = self;
        match (ticket.cache.take(), ticket.flight.take()) {
            (Some(cache), Some(flight)) => end::<T, S>(cache, flight, output, kept),
            _ => output,
        }
    }
}

pub(super) fn known<T: 'static>(output: Box<dyn Any>) -> T {
    *output.downcast().expect("a ticket is of the type that its cache was asked for")
}

#[inline(never)]
fn end<T: 'static, S: Scope>(cache: S::Erased, flight: Flight, output: T, kept: bool) -> T {
    // If a clone in there panics, the ticket hands over.
    let mut ticket = Ticket::<T, S>::new(cache, flight);
    if let Some(cache) = &ticket.cache {
        cache.finish(&mut ticket.flight, Erased::new(&output), kept);
    }
    if ticket.flight.is_some() {
        ticket.finish_later(&output, kept);
    } else {
        drop(ticket);
    }
    output
}
