//! What of a function's result is kept, and how.
//!
//! Two questions, each a trait without values. The [`Shape`] of the result says what part of it is the
//! value: all of it, or what is in `Ok`. [`Storage`] says how the value lies in the cache: as itself, or
//! as a weak reference. The shape is found by type: [`Probe`] is asked for it with the strongest claim
//! first, by the order in which the compiler tries method receivers.

use crate::handle::Handle;
use std::marker::PhantomData;
use std::mem::needs_drop;
use std::sync::Arc;

/// The value in a function's result.
pub trait Shape: 'static {
    /// What the function returns.
    type Output;
    /// The part of it that is kept.
    type Value;
    /// What callers that waited are handed.
    type Shared;

    /// The value to be kept, if any, and whether it is an error.
    fn value(output: &Self::Output) -> Option<(&Self::Value, bool)>;

    /// A result out of the kept value.
    fn output(value: Self::Value) -> Self::Output;

    /// A copy for those who waited, if there can be one.
    fn share(output: &Self::Output) -> Option<Self::Shared>
    where
        Self::Value: Clone;

    /// A result for one of those who waited.
    fn unshare(shared: &Self::Shared) -> Self::Output
    where
        Self::Value: Clone;
}

/// Every result is kept, as it is.
#[derive(Clone, Copy, Debug)]
pub struct Any<R>(PhantomData<fn() -> R>);

/// `Ok` is kept; an error is handed back to its caller alone.
#[derive(Clone, Copy, Debug)]
pub struct OkOnly<T, E>(PhantomData<fn() -> (T, E)>);

/// `Ok` is kept; an error is handed back, and to those who wait for it too.
#[derive(Clone, Copy, Debug)]
pub struct OkOrShared<T, E>(PhantomData<fn() -> (T, E)>);

/// Both are kept, each with its own ttl.
#[derive(Clone, Copy, Debug)]
pub struct ErrToo<T, E>(PhantomData<fn() -> (T, E)>);

macro_rules! shapes {
    ($(
        $shape:ident<$($param:ident $(: $bound:ident)?),*> of $output:ty, keeps $value:ty, shares $shared:ty;
        value($o:ident) $value_of:expr;
        output($v:ident) $output_of:expr;
        share $share:expr;
        unshare($s:ident) $unshare:expr;
    )*) => {$(
        impl<$($param: 'static $(+ $bound)?),*> Shape for $shape<$($param),*> {
            type Output = $output;
            type Value = $value;
            type Shared = $shared;

            #[inline]
            fn value($o: &$output) -> Option<(&$value, bool)> {
                $value_of
            }

            #[inline]
            fn output($v: $value) -> $output {
                $output_of
            }

            fn share($o: &$output) -> Option<$shared>
            where
                $value: Clone,
            {
                $share
            }

            fn unshare($s: &$shared) -> $output
            where
                $value: Clone,
            {
                $unshare
            }
        }

        /// The four ways to keep it. What they ask of the value is the only thing that can be wrong
        /// with it, and is said once: nothing is asked of the opaque type that they return.
        impl<$($param: 'static $(+ $bound)?),*> $shape<$($param),*> {
            /// Shared by threads.
            #[inline]
            #[must_use]
            pub fn strong(self) -> impl SharedKind<Output = $output>
            where
                $value: Kept,
            {
                Of::<Self, Strongly>(PhantomData)
            }

            /// Shared by threads, as a weak reference.
            #[inline]
            #[must_use]
            pub fn weak(self) -> impl SharedKind<Output = $output>
            where
                $value: KeptWeakly,
            {
                Of::<Self, Weakly>(PhantomData)
            }

            /// In a thread.
            #[inline]
            #[must_use]
            pub fn local(self) -> impl Kind<Output = $output>
            where
                $value: KeptLocally,
            {
                Of::<Self, Strongly>(PhantomData)
            }

            /// In a thread, as a weak reference.
            #[inline]
            #[must_use]
            pub fn local_weak(self) -> impl Kind<Output = $output>
            where
                $value: Handle + Clone + 'static,
            {
                Of::<Self, Weakly>(PhantomData)
            }
        }
    )*};
}

shapes! {
    Any<R> of R, keeps R, shares R;
    value(output) Some((output, false));
    output(value) value;
    share Some(output.clone());
    unshare(shared) shared.clone();

    OkOnly<T, E> of Result<T, E>, keeps T, shares T;
    value(output) output.as_ref().ok().map(|value| (value, false));
    output(value) Ok(value);
    share output.as_ref().ok().cloned();
    unshare(shared) Ok(shared.clone());

    OkOrShared<T, E: Error> of Result<T, E>, keeps T, shares Result<T, E>;
    value(output) output.as_ref().ok().map(|value| (value, false));
    output(value) Ok(value);
    share Some(output.clone());
    unshare(shared) shared.clone();

    ErrToo<T, E> of Result<T, E>, keeps Result<T, E>, shares Result<T, E>;
    value(output) Some((output, output.is_err()));
    output(value) value;
    share Some(output.clone());
    unshare(shared) shared.clone();
}

/// An error that can be shared.
pub trait Error: Clone + Send + Sync {}

impl<E: Clone + Send + Sync> Error for E {}

/// What a cache that threads share can keep.
#[diagnostic::on_unimplemented(
    message = "a memoized function cannot return `{Self}`",
    label = "what it returns must be `Clone`, `Send` and `Sync`",
    note = "help: derive `Clone`; return an `Arc` of what cannot be cloned; write `local` if it belongs to one thread"
)]
pub trait Kept: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Kept for T {}

/// What a cache of one thread can keep.
#[diagnostic::on_unimplemented(
    message = "a memoized function cannot return `{Self}`",
    label = "what it returns must be `Clone`",
    note = "help: derive `Clone`, or return an `Rc` of what cannot be cloned"
)]
pub trait KeptLocally: Clone + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + 'static> KeptLocally for T {}

/// What a cache that threads share can keep weakly.
#[diagnostic::on_unimplemented(
    message = "`weak` needs a function that returns a counted handle, not `{Self}`",
    label = "not an `Arc<T>`, `Interned<T>` or `Strong<T>` that threads may share",
    note = "help: return `std::sync::Arc<T>`, or leave out `weak`"
)]
pub trait KeptWeakly: Handle<Weak: Send + Sync> + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Handle<Weak: Send + Sync> + Clone + Send + Sync + 'static> KeptWeakly for T {}

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

impl<T, E: Error> ProbeShared<T, E> for &&Probe<Result<T, E>> {}

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
pub(super) struct Strongly;

/// A value that can be taken out without running its `Clone`, if that may be costly or do anything:
/// a clone of a type without destructor is a copy for all that matters, others go behind an `Arc`.
#[derive(Debug)]
pub(super) enum Held<V> {
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
pub(super) struct Weakly;

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
    type Value: Clone;
    /// What callers that waited are handed.
    type Shared;
    /// See [`Shape`].
    type Shape: Shape<Output = Self::Output, Value = Self::Value, Shared = Self::Shared>;
    /// What is in the table.
    type Stored;
    /// What is taken from it under the lock.
    type Taken;
    /// See [`Storage`].
    type Storage: Storage<Self::Value, Stored = Self::Stored, Taken = Self::Taken>;
}

/// A kind for caches that threads share.
pub trait SharedKind: Kind<Stored: Send + Sync, Shared: Send + Sync> {}

impl<O: Kind<Stored: Send + Sync, Shared: Send + Sync>> SharedKind for O {}

/// A kind made of its two halves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of<S, T>(PhantomData<fn() -> (S, T)>);

impl<S: Shape<Value: Clone>, T: Storage<S::Value> + 'static> Kind for Of<S, T> {
    type Output = S::Output;
    type Value = S::Value;
    type Shared = S::Shared;
    type Shape = S;
    type Stored = T::Stored;
    type Taken = T::Taken;
    type Storage = T;
}
