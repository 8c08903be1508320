//! Calls of asynchronous functions: the futures that an expansion awaits.
//!
//! Neither holds a lock, or anything else of its cache but a reference, while it is pending. Both are cut
//! off by being dropped, and then hand over as a panic does.

use super::call::{Attempt, Call, Lands, Step, Ticket};
use super::flight::Waiter;
use super::key::Key;
use super::kind::{Kind, Shared};
use super::{Cache, Expiry, Room};
use std::any::Any;
use std::fmt;
use std::hash::BuildHasher;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A reference to a cache that hides its type from those who ask whether a future that holds it is `Send`.
///
/// When the compiler asks that of an `async` block, it forgets that a lifetime in a type was `'static`. Then
/// `&str` or `Box<dyn Error>` as a result are not what the traits of this module are implemented for, and the
/// future is refused. So what is held across an `await` names no type that these traits derive.
pub struct Erased<C>(&'static (dyn Any + Send + Sync), PhantomData<fn() -> C>);

/// Hides the type of a cache.
#[inline]
pub fn erase<C: Any + Send + Sync>(cache: &'static C) -> Erased<C> {
    Erased(cache, PhantomData)
}

impl<C: 'static> Deref for Erased<C> {
    type Target = C;

    #[inline]
    fn deref(&self) -> &C {
        self.0.downcast_ref().unwrap_or_else(|| unreachable!("it was made of one"))
    }
}

impl<C> Clone for Erased<C> {
    #[inline]
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Erased<C> {}

impl<C> fmt::Debug for Erased<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Erased").finish_non_exhaustive()
    }
}

/// A call of an asynchronous function: its result.
///
/// # Errors
///
/// What is to be awaited, if the result is not there.
#[inline]
pub fn enter_async<P, Q, O, X, R, H>(cache: P, _: O, key: Q) -> Result<O::Output, Attempt<P, Q::Owned>>
where
    P: Deref<Target = Cache<Q::Owned, O, X, R, H>> + Clone,
    Q: Key<Owned: Eq>,
    O: Kind,
    X: Expiry,
    R: Room<Q::Owned, O, X>,
    H: BuildHasher + Default,
{
    let reached = &*cache;
    let hash = reached.hash(&key);
    match reached.hit(hash, &key) {
        Some(output) => Ok(output),
        None => Err(Attempt::new(cache, hash, key.into_owned())),
    }
}

/// The same for `refresh`, which runs the body in any case.
pub fn refresh_async<P, Q, O, X, R, H>(cache: P, _: O, key: Q) -> Ticket<P>
where
    P: Deref<Target = Cache<Q::Owned, O, X, R, H>> + Clone,
    Q: Key<Owned: Eq>,
    O: Kind,
    X: Expiry,
    R: Room<Q::Owned, O, X>,
    H: BuildHasher + Default,
{
    let hash = cache.hash(&key);
    Attempt::new(cache, hash, key.into_owned()).anew()
}

/// A call that missed, up to where its body is to run.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Entering<P, K, S> {
    // In this order: who waits no more is gone before the call is.
    waiter: Option<Waiter<S>>,
    attempt: Attempt<P, K>,
}

impl<P, K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H> IntoFuture for Attempt<P, K>
where
    P: Deref<Target = Cache<K, O, X, R, H>> + Clone,
{
    type Output = Call<O::Output, P>;
    type IntoFuture = Entering<P, K, Shared<O>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Entering { waiter: None, attempt: self }
    }
}

// No part of it is ever pinned.
impl<P, K, S> Unpin for Entering<P, K, S> {}

impl<P, K: Eq, O, V, E, X: Expiry, R: Room<K, O, X>, H> Future for Entering<P, K, Result<V, E>>
where
    P: Deref<Target = Cache<K, O, X, R, H>> + Clone,
    O: Kind<Value = V, Error = E>,
{
    type Output = Call<O::Output, P>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { waiter, attempt } = &mut *self;
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
}

/// A body that runs, and the ticket that it runs under. Ready with both the ticket and the result.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Running<'b, P: Lands, F> {
    body: Pin<&'b mut Option<F>>,
    ticket: Option<Ticket<P>>,
}

impl<P: Lands> Ticket<P> {
    /// Runs an asynchronous body, inside of its flight whenever it is polled or dropped.
    #[inline]
    pub fn drive<F: Future>(self, body: Pin<&mut Option<F>>) -> Running<'_, P, F> {
        Running { body, ticket: Some(self) }
    }
}

// The body is pinned elsewhere.
impl<P: Lands, F> Unpin for Running<'_, P, F> {}

impl<P: Lands, F: Future> Future for Running<'_, P, F> {
    type Output = (Ticket<P>, F::Output);

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

impl<P: Lands, F> Drop for Running<'_, P, F> {
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
