//! What of a function's result is kept, and how.
//!
//! Two questions, each a trait without values. The [`Shape`] of the result says what part of it is the
//! value: all of it, or what is in `Ok`. [`Storage`] says how the value lies in the cache: as itself, or
//! as a weak reference. The shape is found by type: [`Probe`] is asked for it with the strongest claim
//! first, by the order in which the compiler tries method receivers.

use std::marker::PhantomData;
use std::mem::needs_drop;
use std::sync::{self, Arc};

/// The value in a function's result.
pub trait Shape {
    /// What the function returns.
    type Output;
    /// The part of it that is kept.
    type Value;
    /// What callers that waited are handed.
    type Shared: Clone;

    /// The value to be kept, if any, and whether it is an error.
    fn value(output: &Self::Output) -> Option<(&Self::Value, bool)>;

    /// A result out of the kept value.
    fn output(value: Self::Value) -> Self::Output;

    /// A copy for those who waited, if there can be one.
    fn share(output: &Self::Output) -> Option<Self::Shared>;

    /// A result out of what was shared.
    fn unshare(shared: Self::Shared) -> Self::Output;
}

/// Every result is kept, as it is.
#[derive(Clone, Copy, Debug)]
pub struct Any<R>(PhantomData<fn() -> R>);

impl<R: Clone> Shape for Any<R> {
    type Output = R;
    type Value = R;
    type Shared = R;

    #[inline]
    fn value(output: &R) -> Option<(&R, bool)> {
        Some((output, false))
    }

    #[inline]
    fn output(value: R) -> R {
        value
    }

    fn share(output: &R) -> Option<R> {
        Some(output.clone())
    }

    fn unshare(shared: R) -> R {
        shared
    }
}

/// `Ok` is kept; an error is handed back to its caller alone.
#[derive(Clone, Copy, Debug)]
pub struct OkOnly<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: Clone, E> Shape for OkOnly<T, E> {
    type Output = Result<T, E>;
    type Value = T;
    type Shared = T;

    #[inline]
    fn value(output: &Result<T, E>) -> Option<(&T, bool)> {
        output.as_ref().ok().map(|value| (value, false))
    }

    #[inline]
    fn output(value: T) -> Result<T, E> {
        Ok(value)
    }

    fn share(output: &Result<T, E>) -> Option<T> {
        output.as_ref().ok().cloned()
    }

    fn unshare(shared: T) -> Result<T, E> {
        Ok(shared)
    }
}

/// `Ok` is kept; an error is handed back, and to those who wait for it too.
#[derive(Clone, Copy, Debug)]
pub struct OkOrShared<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: Clone, E: Clone> Shape for OkOrShared<T, E> {
    type Output = Result<T, E>;
    type Value = T;
    type Shared = Result<T, E>;

    #[inline]
    fn value(output: &Result<T, E>) -> Option<(&T, bool)> {
        output.as_ref().ok().map(|value| (value, false))
    }

    #[inline]
    fn output(value: T) -> Result<T, E> {
        Ok(value)
    }

    fn share(output: &Result<T, E>) -> Option<Result<T, E>> {
        Some(output.clone())
    }

    fn unshare(shared: Result<T, E>) -> Result<T, E> {
        shared
    }
}

/// Both are kept, each with its own ttl.
#[derive(Clone, Copy, Debug)]
pub struct ErrToo<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: Clone, E: Clone> Shape for ErrToo<T, E> {
    type Output = Result<T, E>;
    type Value = Result<T, E>;
    type Shared = Result<T, E>;

    #[inline]
    fn value(output: &Result<T, E>) -> Option<(&Result<T, E>, bool)> {
        Some((output, output.is_err()))
    }

    #[inline]
    fn output(value: Result<T, E>) -> Result<T, E> {
        value
    }

    fn share(output: &Result<T, E>) -> Option<Result<T, E>> {
        Some(output.clone())
    }

    fn unshare(shared: Result<T, E>) -> Result<T, E> {
        shared
    }
}

/// Stands for the type that a function returns.
#[derive(Debug)]
pub struct Probe<R>(PhantomData<fn() -> R>);

impl<R> Probe<R> {
    /// The only value.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only expansions make one")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// `Result` whose error can be shared.
pub trait ProbeShared<T, E> {
    /// The shape.
    #[inline]
    fn __weakcache_shape(&self) -> OkOrShared<T, E> {
        OkOrShared(PhantomData)
    }
}

impl<T, E: Clone + Send + Sync> ProbeShared<T, E> for &&Probe<Result<T, E>> {}

/// Any other `Result`.
pub trait ProbeResult<T, E> {
    /// The shape.
    #[inline]
    fn __weakcache_shape(&self) -> OkOnly<T, E> {
        OkOnly(PhantomData)
    }
}

impl<T, E> ProbeResult<T, E> for &Probe<Result<T, E>> {}

/// Whatever is not known to be a `Result`.
pub trait ProbeAny<R> {
    /// The shape.
    #[inline]
    fn __weakcache_shape(&self) -> Any<R> {
        Any(PhantomData)
    }
}

impl<R> ProbeAny<R> for Probe<R> {}

/// The shape under `cache_errors`: a `Result` is kept whatever it is.
#[diagnostic::on_unimplemented(
    message = "`cache_errors` and `err_ttl` are for functions that return `Result`, not `{Self}`",
    label = "not a `Result`"
)]
pub trait IsResult {
    /// What is in `Ok`.
    type Ok;
    /// What is in `Err`.
    type Err;
}

impl<T, E> IsResult for Result<T, E> {
    type Ok = T;
    type Err = E;
}

/// The shape of a result of which the error is kept too.
#[inline]
#[must_use]
pub fn err_too<R: IsResult>() -> ErrToo<R::Ok, R::Err> {
    ErrToo(PhantomData)
}

/// How a value lies in the cache.
pub trait Storage<V> {
    /// What is stored.
    type Stored;
    /// What is taken out while the cache is locked.
    type Taken;
    /// Whether what is stored can die by itself.
    const MORTAL: bool;

    /// Makes what is stored. Runs with no lock held.
    fn store(value: &V) -> Self::Stored;

    /// Takes out the value, unless it is dead. Runs under the lock: no clone of anything with a
    /// destructor.
    fn take(stored: &Self::Stored) -> Option<Self::Taken>;

    /// The value. Runs with no lock held.
    fn value(taken: Self::Taken) -> V;

    /// Whether the value is dead.
    fn is_dead(stored: &Self::Stored) -> bool;
}

/// As itself.
#[derive(Clone, Copy, Debug)]
pub struct Strongly;

/// A value that can be taken out without running its `Clone`, if that may be costly or do anything:
/// a clone of a type without destructor is a copy for all that matters, others go behind an `Arc`.
#[derive(Debug)]
pub enum Held<V> {
    /// Of a type without destructor.
    Inline(V),
    /// Of a type with one.
    Shared(Arc<V>),
}

impl<V: Clone> Storage<V> for Strongly {
    type Stored = Held<V>;
    type Taken = Held<V>;
    const MORTAL: bool = false;

    #[inline]
    fn store(value: &V) -> Held<V> {
        let value = value.clone();
        if needs_drop::<V>() { Held::Shared(Arc::new(value)) } else { Held::Inline(value) }
    }

    #[inline]
    fn take(stored: &Held<V>) -> Option<Held<V>> {
        Some(match stored {
            Held::Inline(value) => Held::Inline(value.clone()),
            Held::Shared(value) => Held::Shared(value.clone()),
        })
    }

    #[inline]
    fn value(taken: Held<V>) -> V {
        match taken {
            Held::Inline(value) => value,
            Held::Shared(value) => V::clone(&value),
        }
    }

    #[inline]
    fn is_dead(_: &Held<V>) -> bool {
        false
    }
}

/// As a weak reference.
#[derive(Clone, Copy, Debug)]
pub struct Weakly;

/// A counted handle, whose weak form a cache with the option `weak` keeps.
#[diagnostic::on_unimplemented(
    message = "`weak` needs a function that returns a counted handle, not `{Self}`",
    label = "not `Arc<T>`, `Interned<T>` or `Strong<T>`",
    note = "help: return `std::sync::Arc<T>`, or leave out `weak`"
)]
pub trait Handle: Sized {
    /// The reference that keeps nothing alive.
    type Weak;

    /// A weak reference to the same value.
    fn downgrade(&self) -> Self::Weak;

    /// The handle again, while the value lives.
    fn upgrade(weak: &Self::Weak) -> Option<Self>;

    /// Whether the value is dead.
    fn is_dead(weak: &Self::Weak) -> bool;
}

impl<T: ?Sized> Handle for Arc<T> {
    type Weak = sync::Weak<T>;

    #[inline]
    fn downgrade(&self) -> sync::Weak<T> {
        Arc::downgrade(self)
    }

    #[inline]
    fn upgrade(weak: &sync::Weak<T>) -> Option<Self> {
        weak.upgrade()
    }

    #[inline]
    fn is_dead(weak: &sync::Weak<T>) -> bool {
        weak.strong_count() == 0
    }
}

impl<V: Handle> Storage<V> for Weakly {
    type Stored = V::Weak;
    type Taken = V;
    const MORTAL: bool = true;

    #[inline]
    fn store(value: &V) -> V::Weak {
        value.downgrade()
    }

    #[inline]
    fn take(stored: &V::Weak) -> Option<V> {
        V::upgrade(stored)
    }

    #[inline]
    fn value(taken: V) -> V {
        taken
    }

    #[inline]
    fn is_dead(stored: &V::Weak) -> bool {
        V::is_dead(stored)
    }
}

/// The kind of a cache: the shape of what its function returns, and how that is stored.
pub trait Kind: 'static {
    /// What the function returns.
    type Output;
    /// The part of it that is kept.
    type Value;
    /// What callers that waited are handed.
    type Shared: Clone;
    /// See [`Shape`].
    type Shape: Shape<Output = Self::Output, Value = Self::Value, Shared = Self::Shared>;
    /// What is in the table.
    type Stored;
    /// What is taken from it under the lock.
    type Taken;
    /// See [`Storage`].
    type Storage: Storage<Self::Value, Stored = Self::Stored, Taken = Self::Taken>;
}

/// A kind made of its two halves.
#[derive(Clone, Copy, Debug)]
pub struct Of<S, T>(PhantomData<fn() -> (S, T)>);

impl<S: Shape + 'static, T: Storage<S::Value> + 'static> Kind for Of<S, T> {
    type Output = S::Output;
    type Value = S::Value;
    type Shared = S::Shared;
    type Shape = S;
    type Stored = T::Stored;
    type Taken = T::Taken;
    type Storage = T;
}

/// Puts the halves together.
#[inline]
#[must_use]
pub fn kind<S: Shape, T: Storage<S::Value>>(_: S, _: T) -> Of<S, T> {
    Of(PhantomData)
}
