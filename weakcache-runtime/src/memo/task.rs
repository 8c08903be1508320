//! Calls of asynchronous functions: the futures that an expansion awaits.
//!
//! Neither holds a lock, or anything else of its cache but a reference, while it is pending. Both are cut
//! off by being dropped, and then hand over as a panic does.

use super::call::{Attempt, Call, Step, Ticket};
use super::flight::Waiter;
use super::kind::{Kind, Shared};
use super::{Expiry, Room};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A call, up to where its body is to run.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Entering<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H>(Progress<'a, K, O, X, R, H>);

enum Progress<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> {
    Ready(O::Output),
    // In this order: who waits no more is gone before the call is.
    Missed(Option<Waiter<Shared<O>>>, Attempt<'a, K, O, X, R, H>),
    Done,
}

impl<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Entering<'a, K, O, X, R, H> {
    #[inline]
    pub(super) fn new(found: Result<O::Output, Attempt<'a, K, O, X, R, H>>) -> Self {
        Self(match found {
            Ok(output) => Progress::Ready(output),
            Err(attempt) => Progress::Missed(None, attempt),
        })
    }
}

// No part of it is ever pinned.
impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Unpin for Entering<'_, K, O, X, R, H> {}

impl<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Future for Entering<'a, K, O, X, R, H> {
    type Output = Call<'a, K, O, X, R, H>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let call = match &mut self.0 {
            Progress::Missed(waiter, attempt) => ready!(poll_missed(waiter, attempt, cx)),
            _ => match std::mem::replace(&mut self.0, Progress::Done) {
                Progress::Ready(output) => return Poll::Ready(Call::Ready(output)),
                _ => panic!("polled after completion"),
            },
        };
        self.0 = Progress::Done;
        Poll::Ready(call)
    }
}

#[inline(never)]
fn poll_missed<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H>(
    waiter: &mut Option<Waiter<Shared<O>>>,
    attempt: &mut Attempt<'a, K, O, X, R, H>,
    cx: &Context<'_>,
) -> Poll<Call<'a, K, O, X, R, H>> {
    loop {
        if let Some(waits) = waiter {
            let outcome = ready!(waits.poll(cx));
            *waiter = None;
            if let Some(output) = attempt.landed(outcome) {
                return Poll::Ready(Call::Ready(output));
            }
        }
        match attempt.step() {
            Step::Go(call) => return Poll::Ready(call),
            Step::Wait(new) => *waiter = Some(new),
        }
    }
}

/// A body that runs, and the ticket that it runs under. Ready with both the ticket and the result.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Running<'a, 'b, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H, F> {
    body: Pin<&'b mut Option<F>>,
    ticket: Option<Ticket<'a, K, O, X, R, H>>,
}

impl<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> Ticket<'a, K, O, X, R, H> {
    /// Runs an asynchronous body, inside of its flight whenever it is polled or dropped.
    #[inline]
    pub fn drive<F: Future<Output = O::Output>>(
        self,
        body: Pin<&mut Option<F>>,
    ) -> Running<'a, '_, K, O, X, R, H, F> {
        Running { body, ticket: Some(self) }
    }
}

impl<'a, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H, F> Future for Running<'a, '_, K, O, X, R, H, F>
where
    F: Future<Output = O::Output>,
{
    type Output = (Ticket<'a, K, O, X, R, H>, O::Output);

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const AGAIN: &str = "polled after completion";
        let this = &mut *self;
        let aboard = this.ticket.as_ref().expect(AGAIN).board();
        let output = ready!(this.body.as_mut().as_pin_mut().expect(AGAIN).poll(cx));
        this.body.set(None);
        drop(aboard);
        Poll::Ready((this.ticket.take().expect(AGAIN), output))
    }
}

impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H, F> Drop for Running<'_, '_, K, O, X, R, H, F> {
    fn drop(&mut self) {
        // Cancelled. What the body holds may call memoized functions as it goes: it is still inside.
        if let Some(ticket) = &self.ticket {
            let _aboard = ticket.board();
            self.body.set(None);
        }
        // Now the ticket hands over: the next body runs when nothing is left of this one.
    }
}

/// An asynchronous closure as the future of its one call.
#[inline]
pub fn body<R>(body: impl AsyncFnOnce() -> R) -> impl Future<Output = R> {
    body()
}
