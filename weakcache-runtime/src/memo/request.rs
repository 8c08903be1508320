//! What can be asked of a cache with a key. An expansion has one function that takes any of these.

use super::call::{Attempt, Call, Ticket};
use super::key::Key;
use super::kind::Kind;
use super::room::Room;
use super::scope::{Holds, Scope};
use super::state::{State, Trash};
use super::task::Entering;
use super::{Cache, Expiry};
use std::hash::{BuildHasher, Hasher};

/// Something to be asked of the cache of a function that returns `T`.
pub trait Request<T: 'static, S: Scope> {
    /// What comes back.
    type Answer;

    /// Asks. The kind is there for inference.
    fn ask<Q, O, X, R, H>(
        self,
        cache: S::Pointer<Cache<Q::Owned, O, X, R, H>>,
        kind: O,
        key: Q,
    ) -> Self::Answer
    where
        Q: Key,
        O: Kind<Output = T>,
        X: Expiry,
        R: Room<Q::Owned, O, X>,
        H: BuildHasher + Default + 'static,
        S: Holds<Q::Owned, O, X, R, H>;
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

/// The stored result of a key. Changes nothing.
#[derive(Debug)]
pub struct Peek;

/// Drops the entry of a key, and says whether it could have been served.
#[derive(Debug)]
pub struct Invalidate;

/// Stores a result as if it had been computed now, if it is of the kind that is kept.
#[derive(Debug)]
pub struct Prime<T>(pub T);

macro_rules! requests {
    ($($request:pat, $type:ty, |$cache:ident, $key:ident| -> $answer:ty $ask:block)*) => {$(
        impl<T: 'static, S: Scope> Request<T, S> for $type {
            type Answer = $answer;

            #[inline]
            fn ask<Q, O, X, R, H>(self, $cache: S::Pointer<Cache<Q::Owned, O, X, R, H>>, _: O, $key: Q) -> $answer
            where
                Q: Key,
                O: Kind<Output = T>,
                X: Expiry,
                R: Room<Q::Owned, O, X>,
                H: BuildHasher + Default + 'static,
                S: Holds<Q::Owned, O, X, R, H>,
            {
                let $request = self;
                $ask
            }
        }
    )*};
}

requests! {
    Enter, Enter, |cache, key| -> Call<T, S> {
        match cache.hit(&key) {
            Ok(output) => Call::Ready(output),
            Err(hash) => Attempt::new(cache, hash, key.into_owned()).wait(),
        }
    }

    EnterAsync, EnterAsync, |cache, key| -> Result<T, Entering<T, S>> {
        match cache.hit(&key) {
            Ok(output) => Ok(output),
            Err(hash) => Attempt::new(cache, hash, key.into_owned()).wait_async(),
        }
    }

    Refresh, Refresh, |cache, key| -> Ticket<T, S> {
        let hash = cache.hash(&key);
        Attempt::new(cache, hash, key.into_owned()).anew()
    }

    Peek, Peek, |cache, key| -> Option<T> { cache.peek(&key) }

    Invalidate, Invalidate, |cache, key| -> bool { cache.invalidate(&key) }

    Prime(output), Prime<T>, |cache, key| -> () { cache.prime(key, &output) }
}

impl<K: Eq, O: Kind, X: Expiry, R: Room<K, O, X>, H: BuildHasher> Cache<K, O, X, R, H> {
    #[inline]
    fn hash<Q: Key<Owned = K>>(&self, key: &Q) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        key.hash(&mut hasher);
        hasher.finish()
    }

    /// The result for a key, or else its hash.
    #[inline]
    fn hit<Q: Key<Owned = K>>(&self, key: &Q) -> Result<O::Output, u64> {
        let hash = self.hash(key);
        let taken = self.room.hit(hash, |stored| key.is(stored), &self.expiry);
        taken.map(Self::output).ok_or(hash)
    }

    fn peek<Q: Key<Owned = K>>(&self, key: &Q) -> Option<O::Output> {
        let hash = self.hash(key);
        self.room.peek(hash, |stored| key.is(stored), &self.expiry).map(Self::output)
    }

    fn invalidate<Q: Key<Owned = K>>(&self, key: &Q) -> bool {
        let hash = self.hash(key);
        let now = self.expiry.now();
        let mut trash = Trash::new();
        let invalidate = |state: &mut State<K, O, X>, _: &mut u64| {
            state.invalidate(hash, |stored| key.is(stored), &self.expiry, now, &mut trash)
        };
        self.room.with(invalidate).unwrap_or(false)
    }

    fn prime<Q: Key<Owned = K>>(&self, key: Q, output: &O::Output) {
        if self.capacity == Some(0) {
            return;
        }
        let hash = self.hash(&key);
        let key = key.into_owned();
        let Some(result) = self.stored(output) else { return };
        let now = self.expiry.now();
        let mut trash = Trash::new();
        self.room.with(|state, _| {
            state.flights.invalidate(hash, |other| *other == key);
            state.store((hash, key), result, true, &self.expiry, now, &mut trash);
        });
    }
}
