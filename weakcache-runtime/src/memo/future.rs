//! Calls of asynchronous functions: the futures that an expansion awaits.
//!
//! Neither holds a lock while it is pending. Both are cut off by being dropped, and then hand over as a
//! panic does.

use super::access::Access;
use super::call::{Call, Miss, Started, Step, Ticket};
use super::expiry::Expiry;
use super::kind::{Kind, Shared, SharedKind};
use super::owned::OwnedKey;
use super::scope::{Holds, Process, Scope, Thread, Value};
use super::trace::{self, Waiting};
use super::waiters::Waiter;
use std::hash::BuildHasher;
use std::mem;
use std::ops::DerefMut;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

const AGAIN: &str = "polled after completion";

/// A scope whose calls may wait as tasks do.
pub trait AsyncScope: Scope {
    /// A call that waits, of a function that returns `T`.
    type Waiting<T>: DerefMut<Target: Wait<T, Self>>;
}

impl AsyncScope for Process {
    type Waiting<T> = Box<dyn Wait<T, Self> + Send + Sync>;
}

impl AsyncScope for Value {
    type Waiting<T> = Box<dyn Wait<T, Self> + Send + Sync>;
}

impl AsyncScope for Thread {
    type Waiting<T> = Box<dyn Wait<T, Self>>;
}

/// A call that missed, up to where its body is to run.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Entering<T, S: AsyncScope>(Progress<T, S>);

enum Progress<T, S: AsyncScope> {
    Run(Ticket<T, S>),
    Waiting(S::Waiting<T>),
    Done,
}

// No part of it is ever pinned.
impl<T, S: AsyncScope> Unpin for Entering<T, S> {}

impl<T, S: AsyncScope> Entering<T, S> {
    /// A call that runs the body.
    #[inline]
    pub(super) const fn lead(ticket: Ticket<T, S>) -> Self {
        Self(Progress::Run(ticket))
    }

    /// Its ticket, unless it waits for another.
    pub(super) fn into_ticket(self) -> Result<Ticket<T, S>, Self> {
        match self.0 {
            Progress::Run(ticket) => Ok(ticket),
            waits => Err(Self(waits)),
        }
    }
}

impl<T, S: AsyncScope> Future for Entering<T, S> {
    type Output = Call<T, S>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Call<T, S>> {
        if let Progress::Waiting(waiting) = &mut self.0 {
            let call = ready!(waiting.poll(cx));
            self.0 = Progress::Done;
            return Poll::Ready(call);
        }
        match mem::replace(&mut self.0, Progress::Done) {
            Progress::Run(ticket) => Poll::Ready(Call::Run(ticket)),
            Progress::Waiting(_) | Progress::Done => panic!("{AGAIN}"),
        }
    }
}

/// A call that waits, of whatever cache.
pub trait Wait<T, S: Scope> {
    /// How the call goes on, once what it waits for has ended.
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Call<T, S>>;
}

/// A call that waits.
pub struct Pending<S: Scope, K: 'static, O: Kind, X: Expiry, A: 'static, H: 'static> {
    waiter: Waiter<Shared<O, X>>,
    waiting: Waiting,
    miss: Miss<S, K, O, X, A, H>,
}

impl<S, K, O, X, A, H> Wait<O::Output, S> for Pending<S, K, O, X, A, H>
where
    S: Holds<K, O, X, A, H>,
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher + 'static,
{
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Call<O::Output, S>> {
        loop {
            let outcome = ready!(self.waiter.poll(cx));
            if let Some(output) = self.miss.told(self.waiting, outcome) {
                return Poll::Ready(Call::Ready(output));
            }
            match self.miss.step() {
                Step::Go(call) => return Poll::Ready(call),
                Step::Wait(waiter) => (self.waiter, self.waiting) = (waiter, Waiting::begin()),
            }
        }
    }
}

/// A scope that can have such a cache, and whose tasks can wait for it.
pub trait HoldsAsync<K: OwnedKey, O: Kind, X: Expiry, A: Access<K, O, X>, H: BuildHasher + 'static>:
    AsyncScope + Holds<K, O, X, A, H>
{
    /// Forgets the types of a call that waits.
    fn pend(pending: Pending<Self, K, O, X, A, H>) -> Self::Waiting<O::Output>;
}

impl<K, O, X, A, H> HoldsAsync<K, O, X, A, H> for Process
where
    K: OwnedKey + Send + Sync,
    O: SharedKind,
    X: Expiry<Stamp: Send + Sync> + Send + Sync,
    A: Access<K, O, X> + Send + Sync,
    H: BuildHasher + Send + Sync + 'static,
{
    fn pend(pending: Pending<Self, K, O, X, A, H>) -> Self::Waiting<O::Output> {
        Box::new(pending)
    }
}

impl<K, O, X, A, H> HoldsAsync<K, O, X, A, H> for Value
where
    K: OwnedKey + Send + Sync,
    O: SharedKind,
    X: Expiry<Stamp: Send + Sync> + Send + Sync,
    A: Access<K, O, X> + Send + Sync,
    H: BuildHasher + Send + Sync + 'static,
{
    fn pend(pending: Pending<Self, K, O, X, A, H>) -> Self::Waiting<O::Output> {
        Box::new(pending)
    }
}

impl<K, O, X, A, H> HoldsAsync<K, O, X, A, H> for Thread
where
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher + 'static,
{
    fn pend(pending: Pending<Self, K, O, X, A, H>) -> Self::Waiting<O::Output> {
        Box::new(pending)
    }
}

impl<S, K, O, X, A, H> Miss<S, K, O, X, A, H>
where
    S: HoldsAsync<K, O, X, A, H>,
    K: OwnedKey,
    O: Kind,
    X: Expiry,
    A: Access<K, O, X>,
    H: BuildHasher + 'static,
{
    /// Waits, if need be, as a task does.
    #[inline(never)]
    pub(super) fn wait_async(mut self) -> Result<O::Output, Entering<O::Output, S>> {
        Err(Entering(match self.step() {
            Step::Go(Call::Ready(output)) => return Ok(output),
            Step::Go(Call::Run(ticket)) => Progress::Run(ticket),
            Step::Wait(waiter) => {
                Progress::Waiting(S::pend(Pending { waiter, waiting: Waiting::begin(), miss: self }))
            }
        }))
    }
}

/// A body that runs, and the ticket that it runs under. Ready with the result, yet to be finished.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Running<'a, T, S: Scope, F> {
    body: Pin<&'a mut Option<F>>,
    ticket: Option<Ticket<T, S>>,
    told: trace::Body,
}

impl<T, S: Scope> Ticket<T, S> {
    /// Runs an asynchronous body, inside of its flight whenever it is polled or dropped.
    #[inline]
    pub fn drive<F: Future<Output = T>>(self, body: Pin<&mut Option<F>>) -> Running<'_, T, S, F> {
        let inside = self.enter();
        let told = self.body(None);
        drop(inside);
        Running { body, ticket: Some(self), told }
    }
}

impl<T, S: Scope, F> Unpin for Running<'_, T, S, F> {}

impl<T, S: Scope, F: Future<Output = T>> Future for Running<'_, T, S, F> {
    type Output = (Started<T, S>, T);

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { body, ticket, told } = &mut *self;
        let inside = ticket.as_ref().expect(AGAIN).enter();
        let entered = told.enter();
        let output = ready!(body.as_mut().as_pin_mut().expect(AGAIN).poll(cx));
        body.set(None);
        let ticket = ticket.take().expect("it was there");
        drop(entered);
        let told = mem::replace(told, trace::Body::none());
        Poll::Ready((ticket.started(inside, told.entered()), output))
    }
}

impl<T, S: Scope, F> Drop for Running<'_, T, S, F> {
    fn drop(&mut self) {
        // Cancelled. What the body holds may call memoized functions as it goes: it is still inside.
        if let Some(ticket) = &self.ticket {
            let _inside = ticket.enter();
            let _entered = self.told.enter();
            self.body.set(None);
        }
        // Now the ticket hands over: the next body runs when nothing is left of this one.
    }
}

/// Calls a body that stands in a closure.
#[inline]
pub fn body<T>(body: impl FnOnce() -> T) -> T {
    body()
}

/// The same of an asynchronous one.
#[inline]
pub fn body_async<T>(body: impl AsyncFnOnce() -> T) -> impl Future<Output = T> {
    body()
}
