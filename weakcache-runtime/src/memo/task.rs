//! Calls of asynchronous functions: the futures that an expansion awaits.
//!
//! Neither holds a lock while it is pending. Both are cut off by being dropped, and then hand over as a
//! panic does.

use super::call::{Attempt, Call, Started, Step, Ticket};
use super::flight::Waiter;
use super::kind::{Kind, Shared};
use super::scope::{Holds, Scope};
use super::{Expiry, Room};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

const AGAIN: &str = "polled after completion";

/// A call that missed, up to where its body is to run.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Entering<T, S: Scope>(Progress<T, S>);

enum Progress<T, S: Scope> {
    Run(Ticket<T, S>),
    Waiting(S::Waiting<T>),
    Done,
}

// No part of it is ever pinned.
impl<T, S: Scope> Unpin for Entering<T, S> {}

impl<T, S: Scope> Future for Entering<T, S> {
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
pub struct Pending<S: Scope, K: 'static, O: Kind, X: Expiry, R: 'static, H: 'static> {
    waiter: Waiter<Shared<O, X>>,
    attempt: Attempt<S, K, O, X, R, H>,
}

impl<S, K, O, X, R, H> Wait<O::Output, S> for Pending<S, K, O, X, R, H>
where
    S: Holds<K, O, X, R, H>,
    K: Eq,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X>,
{
    fn poll(&mut self, cx: &Context<'_>) -> Poll<Call<O::Output, S>> {
        loop {
            let outcome = ready!(self.waiter.poll(cx));
            if let Some(output) = self.attempt.landed(outcome) {
                return Poll::Ready(Call::Ready(output));
            }
            match self.attempt.step() {
                Step::Go(call) => return Poll::Ready(call),
                Step::Wait(waiter) => self.waiter = waiter,
            }
        }
    }
}

impl<S, K, O, X, R, H> Attempt<S, K, O, X, R, H>
where
    S: Holds<K, O, X, R, H>,
    K: Eq,
    O: Kind,
    X: Expiry,
    R: Room<K, O, X>,
{
    /// Waits, if need be, as a task does.
    #[inline(never)]
    pub(super) fn wait_async(mut self) -> Result<O::Output, Entering<O::Output, S>> {
        Err(Entering(match self.step() {
            Step::Go(Call::Ready(output)) => return Ok(output),
            Step::Go(Call::Run(ticket)) => Progress::Run(ticket),
            Step::Wait(waiter) => Progress::Waiting(S::pend(Pending { waiter, attempt: self })),
        }))
    }
}

/// A body that runs, and the ticket that it runs under. Ready with the result, yet to be finished.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Running<'a, T, S: Scope, F> {
    body: Pin<&'a mut Option<F>>,
    ticket: Option<Ticket<T, S>>,
}

impl<T, S: Scope> Ticket<T, S> {
    /// Runs an asynchronous body, inside of its flight whenever it is polled or dropped.
    #[inline]
    pub fn drive<F: Future<Output = T>>(self, body: Pin<&mut Option<F>>) -> Running<'_, T, S, F> {
        Running { body, ticket: Some(self) }
    }
}

impl<T, S: Scope, F> Unpin for Running<'_, T, S, F> {}

impl<T, S: Scope, F: Future<Output = T>> Future for Running<'_, T, S, F> {
    type Output = (Started<T, S>, T);

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { body, ticket } = &mut *self;
        let aboard = ticket.as_ref().expect(AGAIN).enter();
        let output = ready!(body.as_mut().as_pin_mut().expect(AGAIN).poll(cx));
        body.set(None);
        let ticket = ticket.take().expect("it was there");
        Poll::Ready((ticket.started(aboard), output))
    }
}

impl<T, S: Scope, F> Drop for Running<'_, T, S, F> {
    fn drop(&mut self) {
        // Cancelled. What the body holds may call memoized functions as it goes: it is still inside.
        if let Some(ticket) = &self.ticket {
            let _aboard = ticket.enter();
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
