//! What can be asked of a cache with a key. An expansion has one function that takes any of these.

use super::access::{Access, Entered};
use super::cache::Cache;
use super::call::{Call, Miss, Ticket};
use super::expiry::Expiry;
use super::future::{AsyncScope, Entering, HoldsAsync};
use super::key::Key;
use super::kind::Kind;
use super::scope::{Holds, Scope};
#[cfg(feature = "store")]
use super::tier::StoredTag;
use super::waiters::FlightId;
use crate::tags::Tag;
use std::hash::BuildHasher;

/// A cache where it was found.
type Found<'a, S, Q, O, X, A, H> = <S as Scope>::Found<'a, Cache<<Q as Key>::Owned, O, X, A, H>>;

/// Something to be asked of the cache of a function that returns `T`.
pub trait Request<T: 'static, S: AsyncScope> {
    /// What comes back.
    type Answer: Unasked;

    /// Asks. The kind is there for inference. See [`Unasked`].
    fn ask<Q, O, X, A, H>(self, cache: Option<Found<'_, S, Q, O, X, A, H>>, kind: O, key: Q) -> Self::Answer
    where
        Q: Key,
        O: Kind<Output = T>,
        X: Expiry,
        A: Access<Q::Owned, O, X>,
        H: BuildHasher + Default + 'static,
        S: HoldsAsync<Q::Owned, O, X, A, H>;
}

/// What comes back where there is no cache to be asked: while it is being made, by this thread, and in a thread that is
/// being torn down.
pub trait Unasked {
    fn unasked() -> Self;
}

impl<T, S: Scope> Unasked for Call<T, S> {
    fn unasked() -> Self {
        Self::Run(Ticket::detached())
    }
}

impl<T, S: AsyncScope> Unasked for Result<T, Entering<T, S>> {
    fn unasked() -> Self {
        Err(Entering::lead(Ticket::detached()))
    }
}

impl<T, S: Scope> Unasked for Ticket<T, S> {
    fn unasked() -> Self {
        Self::detached()
    }
}

impl<T> Unasked for Option<T> {
    fn unasked() -> Self {
        None
    }
}

impl Unasked for Vec<FlightId> {
    fn unasked() -> Self {
        Self::new()
    }
}

impl Unasked for bool {
    fn unasked() -> Self {
        false
    }
}

impl Unasked for () {
    fn unasked() -> Self {}
}

/// A call of the function. May wait for another thread that computes the same.
#[derive(Debug)]
pub struct Enter;

/// The same in an `async fn`: a future that waits as tasks do, if the result is not there at once.
#[derive(Debug)]
pub struct EnterAsync;

/// A call of `refresh`: runs the body in any case.
#[derive(Debug)]
pub struct Refresh;

/// The computations of a key that are in progress.
#[derive(Debug)]
pub struct Flights;

/// The stored result of a key, as a hit.
#[derive(Debug)]
pub struct Hit;

/// The stored result of a key. Changes nothing.
#[derive(Debug)]
pub struct Peek;

/// Drops the entry of a key, and says whether it could have been served.
#[derive(Debug)]
pub struct Invalidate;

/// Stores a result as if it had been computed now, if it is of the kind that is kept.
#[derive(Debug)]
pub struct Prime<T>(pub T);

/// The same of a function whose results have tags.
#[derive(Debug)]
pub struct PrimeTagged<T>(pub T, pub Vec<Tag>);

/// The same of a function with a store, in both tiers.
#[cfg(feature = "store")]
pub struct PrimeBoth<T>(pub T, pub Vec<StoredTag>);

macro_rules! requests {
    ($($request:pat, $type:ty, |$cache:ident, $key:ident| -> $answer:ty $ask:block)*) => {$(
        impl<T: 'static, S: AsyncScope> Request<T, S> for $type {
            type Answer = $answer;

            // A function has one place for each request.
            #[cfg_attr(debug_assertions, inline)]
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn ask<Q, O, X, A, H>(self, $cache: Option<Found<'_, S, Q, O, X, A, H>>, _: O, $key: Q) -> $answer
            where
                Q: Key,
                O: Kind<Output = T>,
                X: Expiry,
                A: Access<Q::Owned, O, X>,
                H: BuildHasher + Default + 'static,
                S: HoldsAsync<Q::Owned, O, X, A, H>,
            {
                let $request = self;
                $ask
            }
        }
    )*};
}

requests! {
    Enter, Enter, |cache, key| -> Call<T, S> {
        let Some(found) = cache else { return Unasked::unasked() };
        let (hash, entered) = S::get(found).enter(key);
        match entered {
            Entered::Found(taken, key) => {
                let output = Cache::<Q::Owned, O, X, A, H>::output(taken);
                drop(key); // while the result is a local: a panic here would lose it otherwise
                Call::Ready(output)
            }
            Entered::Lead(flight) => Call::Run(Ticket::new(S::erase(S::keep(found)), flight)),
            Entered::Missed(key) => miss(found, hash, key),
        }
    }

    EnterAsync, EnterAsync, |cache, key| -> Result<T, Entering<T, S>> {
        let Some(found) = cache else { return Unasked::unasked() };
        let (hash, entered) = S::get(found).enter(key);
        match entered {
            Entered::Found(taken, key) => {
                let output = Cache::<Q::Owned, O, X, A, H>::output(taken);
                drop(key); // as above
                Ok(output)
            }
            Entered::Lead(flight) => Err(Entering::lead(Ticket::new(S::erase(S::keep(found)), flight))),
            Entered::Missed(key) => miss_async(found, hash, key),
        }
    }

    Refresh, Refresh, |cache, key| -> Ticket<T, S> {
        let Some(found) = cache else { return Unasked::unasked() };
        let hash = S::get(found).hash(&key);
        Miss::new(S::keep(found), hash, key.into_owned()).replace()
    }

    Flights, Flights, |cache, key| -> Vec<FlightId> {
        cache.map_or_else(Vec::new, |found| S::get(found).flights(&key))
    }

    Hit, Hit, |cache, key| -> Option<T> {
        let output = S::get(cache?).hit(&key);
        drop(key); // as above
        output
    }

    Peek, Peek, |cache, key| -> Option<T> {
        let output = S::get(cache?).peek(&key);
        drop(key); // as above
        output
    }

    Invalidate, Invalidate, |cache, key| -> bool {
        let Some(found) = cache else { return false };
        #[cfg(feature = "store")]
        if X::TIERED {
            return S::get(found).invalidate_both(key);
        }
        S::get(found).invalidate(&key)
    }

    Prime(output), Prime<T>, |cache, key| -> () {
        if let Some(found) = cache {
            S::get(found).prime(key, &output, &[]);
        }
    }

    PrimeTagged(output, tags), PrimeTagged<T>, |cache, key| -> () {
        if let Some(found) = cache {
            S::get(found).prime(key, &output, &tags);
        }
    }
}

#[cfg(feature = "store")]
requests! {
    PrimeBoth(output, tags), PrimeBoth<T>, |cache, key| -> () {
        if let Some(found) = cache {
            S::listen(S::erase(S::keep(found)));
            S::get(found).prime_both(key, &output, &tags);
        }
    }
}

/// Out of line, and with all that it needs in its arguments: so a hit needs no frame.
#[cold]
#[inline(never)]
fn miss<Q, O, X, A, H, S>(found: Found<'_, S, Q, O, X, A, H>, hash: u64, key: Q) -> Call<O::Output, S>
where
    Q: Key,
    O: Kind,
    X: Expiry,
    A: Access<Q::Owned, O, X>,
    H: BuildHasher + 'static,
    S: Holds<Q::Owned, O, X, A, H>,
{
    Miss::new(S::keep(found), hash, key.into_owned()).wait()
}

/// The same of a task.
#[cold]
#[inline(never)]
fn miss_async<Q, O, X, A, H, S>(
    found: Found<'_, S, Q, O, X, A, H>,
    hash: u64,
    key: Q,
) -> Result<O::Output, Entering<O::Output, S>>
where
    Q: Key,
    O: Kind,
    X: Expiry,
    A: Access<Q::Owned, O, X>,
    H: BuildHasher + 'static,
    S: HoldsAsync<Q::Owned, O, X, A, H>,
{
    Miss::new(S::keep(found), hash, key.into_owned()).wait_async()
}
