//! What of a function's result is kept, and how.
//!
//! Two questions, each a trait without values. The [`Shape`] of the result says what part of it is the
//! value: all of it, or what is in `Ok`. [`Storage`] says how the value lies in the cache: as itself, or
//! as a weak reference. The shape is found by type: [`Probe`] is asked for it with the strongest claim
//! first, by the order in which the compiler tries method receivers.

use super::expiry::Expiry;
use crate::handle::Handle;
use crate::tags::Tag;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::mem::needs_drop;
use std::sync::Arc;

/// The value in a function's result.
pub trait Shape: 'static {
    /// What the function returns.
    type Output;
    /// The part of it that is kept.
    type Value;
    /// What is not kept, and yet shared with those who wait for it.
    type Error: Error;

    /// The value to be kept, if any, and whether it is an error.
    fn value(output: &Self::Output) -> Option<(&Self::Value, bool)>;

    /// A result out of the value.
    fn output(value: Self::Value) -> Self::Output;

    /// A copy of the error in a result without value, if there can be one.
    fn error(output: &Self::Output) -> Option<Self::Error>;

    /// A result out of the error.
    fn from_error(error: Self::Error) -> Self::Output;

    /// What closures of users are shown of the value.
    type Shown: 'static;

    /// That, unless the value is an error that is kept on the side.
    fn shown(value: &Self::Value) -> Option<&Self::Shown>;

    /// What is written to a second tier of the value: no error.
    type Written: 'static;

    /// That, if there is something to write.
    fn written(value: &Self::Value) -> Option<&Self::Written>;

    /// A result out of what was written.
    fn of_written(written: Self::Written) -> Self::Output;

    /// The value alone, of a result that has one.
    fn into_value(output: Self::Output) -> Result<Self::Value, Self::Output>;
}

/// An error that can be shared.
pub trait Error: Clone + Send + Sync + 'static {}

impl<E: Clone + Send + Sync + 'static> Error for E {}

/// Every result is kept, as it is.
#[derive(Clone, Copy, Debug)]
pub struct Any<R>(PhantomData<fn() -> R>);

impl<R: 'static> Shape for Any<R> {
    type Output = R;
    type Value = R;
    type Error = Infallible;

    #[inline]
    fn value(output: &R) -> Option<(&R, bool)> {
        Some((output, false))
    }

    #[inline]
    fn output(value: R) -> R {
        value
    }

    fn error(_: &R) -> Option<Infallible> {
        None
    }

    fn from_error(error: Infallible) -> R {
        match error {}
    }

    type Shown = R;

    fn shown(value: &R) -> Option<&R> {
        Some(value)
    }

    type Written = R;

    fn written(value: &R) -> Option<&R> {
        Some(value)
    }

    fn of_written(written: R) -> R {
        written
    }

    fn into_value(output: R) -> Result<R, R> {
        Ok(output)
    }
}

/// `Ok` is kept; an error is handed back to its caller alone.
#[derive(Clone, Copy, Debug)]
pub struct OkOnly<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: 'static, E: 'static> Shape for OkOnly<T, E> {
    type Output = Result<T, E>;
    type Value = T;
    type Error = Infallible;

    #[inline]
    fn value(output: &Result<T, E>) -> Option<(&T, bool)> {
        output.as_ref().ok().map(|value| (value, false))
    }

    #[inline]
    fn output(value: T) -> Result<T, E> {
        Ok(value)
    }

    fn error(_: &Result<T, E>) -> Option<Infallible> {
        None
    }

    fn from_error(error: Infallible) -> Result<T, E> {
        match error {}
    }

    type Shown = T;

    fn shown(value: &T) -> Option<&T> {
        Some(value)
    }

    type Written = T;

    fn written(value: &T) -> Option<&T> {
        Some(value)
    }

    fn of_written(written: T) -> Result<T, E> {
        Ok(written)
    }

    fn into_value(output: Result<T, E>) -> Result<T, Result<T, E>> {
        output.map_err(Err)
    }
}

/// `Ok` is kept; an error is handed back, and to those who wait for it too.
#[derive(Clone, Copy, Debug)]
pub struct OkOrShared<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: 'static, E: Error> Shape for OkOrShared<T, E> {
    type Output = Result<T, E>;
    type Value = T;
    type Error = E;

    #[inline]
    fn value(output: &Result<T, E>) -> Option<(&T, bool)> {
        output.as_ref().ok().map(|value| (value, false))
    }

    #[inline]
    fn output(value: T) -> Result<T, E> {
        Ok(value)
    }

    fn error(output: &Result<T, E>) -> Option<E> {
        output.as_ref().err().cloned()
    }

    fn from_error(error: E) -> Result<T, E> {
        Err(error)
    }

    type Shown = T;

    fn shown(value: &T) -> Option<&T> {
        Some(value)
    }

    type Written = T;

    fn written(value: &T) -> Option<&T> {
        Some(value)
    }

    fn of_written(written: T) -> Result<T, E> {
        Ok(written)
    }

    fn into_value(output: Result<T, E>) -> Result<T, Result<T, E>> {
        output.map_err(Err)
    }
}

/// Both are kept, each with its own ttl.
#[derive(Clone, Copy, Debug)]
pub struct ErrToo<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: 'static, E: 'static> Shape for ErrToo<T, E> {
    type Output = Result<T, E>;
    type Value = Result<T, E>;
    type Error = Infallible;

    #[inline]
    fn value(output: &Result<T, E>) -> Option<(&Result<T, E>, bool)> {
        Some((output, output.is_err()))
    }

    #[inline]
    fn output(value: Result<T, E>) -> Result<T, E> {
        value
    }

    fn error(_: &Result<T, E>) -> Option<Infallible> {
        None
    }

    fn from_error(error: Infallible) -> Result<T, E> {
        match error {}
    }

    type Shown = Result<T, E>;

    fn shown(value: &Result<T, E>) -> Option<&Result<T, E>> {
        Some(value)
    }

    type Written = T;

    fn written(value: &Result<T, E>) -> Option<&T> {
        value.as_ref().ok()
    }

    fn of_written(written: T) -> Result<T, E> {
        Ok(written)
    }

    fn into_value(output: Result<T, E>) -> Result<Result<T, E>, Result<T, E>> {
        Ok(output)
    }
}

/// Both are kept, and the error for a time of its own: of that, closures are shown nothing.
#[derive(Clone, Copy, Debug)]
pub struct ErrFor<T, E>(PhantomData<fn() -> (T, E)>);

impl<T: 'static, E: 'static> Shape for ErrFor<T, E> {
    type Output = Result<T, E>;
    type Value = Result<T, E>;
    type Error = Infallible;

    #[inline]
    fn value(output: &Result<T, E>) -> Option<(&Result<T, E>, bool)> {
        Some((output, output.is_err()))
    }

    #[inline]
    fn output(value: Result<T, E>) -> Result<T, E> {
        value
    }

    fn error(_: &Result<T, E>) -> Option<Infallible> {
        None
    }

    fn from_error(error: Infallible) -> Result<T, E> {
        match error {}
    }

    type Shown = T;

    fn shown(value: &Result<T, E>) -> Option<&T> {
        value.as_ref().ok()
    }

    type Written = T;

    fn written(value: &Result<T, E>) -> Option<&T> {
        value.as_ref().ok()
    }

    fn of_written(written: T) -> Result<T, E> {
        Ok(written)
    }

    fn into_value(output: Result<T, E>) -> Result<Result<T, E>, Result<T, E>> {
        Ok(output)
    }
}

/// What a cache that threads share can keep.
#[diagnostic::on_unimplemented(
    message = "a memoized function cannot return `{Self}`\n\
        help: derive `Clone`; return an `Arc` of what cannot be cloned; write `local` if it belongs to one thread",
    label = "what it returns must be `Clone`, `Send` and `Sync`"
)]
pub trait Kept: Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static> Kept for T {}

/// What a cache of one thread can keep.
#[diagnostic::on_unimplemented(
    message = "a memoized function cannot return `{Self}`\n\
        help: derive `Clone`, or return an `Rc` of what cannot be cloned",
    label = "what it returns must be `Clone`"
)]
pub trait KeptLocally: Clone + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Clone + 'static> KeptLocally for T {}

/// What a cache that threads share can keep weakly.
#[diagnostic::on_unimplemented(
    message = "`weak` needs a function that returns a counted handle, not `{Self}`\n\
        help: return `std::sync::Arc<T>`, or leave out `weak`",
    label = "not an `Arc<T>`, `Interned<T>` or `Strong<T>` that threads may share"
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

    /// The shape of what is no `Result` and should be one.
    fn __weakcache_err_too(&self) -> Any<R> {
        Any(PhantomData)
    }

    /// The same.
    fn __weakcache_err_for(&self) -> Any<R> {
        Any(PhantomData)
    }
}

impl<R> ProbeAny<R> for Probe<R> {}

/// The shape under `cache_errors`: a `Result` is kept whatever it is.
#[diagnostic::on_unimplemented(
    message = "`cache_errors`, `err_ttl` and `stale_if_error` are for functions that return `Result`, not `{Self}`\n\
        help: leave the option out: all that this function returns is kept",
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

/// The shape of a `Result` of which the error is kept too.
pub trait ProbeErrToo<T, E> {
    /// The shape.
    #[inline]
    fn __weakcache_err_too(&self) -> ErrToo<T, E> {
        ErrToo(PhantomData)
    }

    /// The same, with a time of its own.
    #[inline]
    fn __weakcache_err_for(&self) -> ErrFor<T, E> {
        ErrFor(PhantomData)
    }
}

impl<T, E> ProbeErrToo<T, E> for &&Probe<Result<T, E>> {}

/// How a value lies in the cache.
pub trait Storage<V> {
    /// What is stored.
    type Stored;
    /// What is taken out while the cache is locked.
    type Taken;
    /// Those of a computation in progress; nothing, where results have none.
    type Tags: Default;
    /// Whether what is stored can die by itself.
    const MORTAL: bool;
    /// Whether `take` runs no user code.
    const PLAIN: bool;

    /// Makes what is stored. Runs with no lock held.
    fn store(value: &V) -> Self::Stored;

    /// Takes out the value, unless it is dead. Runs under the lock: no clone of anything with a
    /// destructor.
    fn take(stored: &Self::Stored) -> Option<Self::Taken>;

    /// The value. Runs with no lock held.
    fn value(taken: Self::Taken) -> V;

    /// The value, lent.
    fn lend(taken: &Self::Taken) -> &V;

    /// Whether the value is dead.
    fn is_dead(stored: &Self::Stored) -> bool;

    /// What is stored, lent, unless it is held weakly.
    fn lent(_: &Self::Stored) -> Option<&V> {
        None
    }

    /// Whether results have tags. What follows is for those.
    const TAGGED: bool = false;

    /// Whether one of its tags was invalidated.
    #[inline]
    fn is_invalid(_: &Self::Stored) -> bool {
        false
    }

    /// The tags of a computation.
    fn tags(_: &[Tag]) -> Self::Tags {
        Self::Tags::default()
    }

    /// Whether a computation that has them may be stored.
    #[inline]
    fn are_valid(_: &Self::Tags) -> bool {
        true
    }

    /// Hands tags on to what is stored.
    #[inline]
    fn tag(_: &mut Self::Stored, _: Self::Tags) {}
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

impl<V> Held<V> {
    #[inline]
    pub(super) fn new(value: V) -> Self {
        if const { needs_drop::<V>() } { Self::Shared(Arc::new(value)) } else { Self::Inline(value) }
    }
}

impl<V: Clone> Storage<V> for Strongly {
    type Stored = Held<V>;
    type Taken = Held<V>;
    type Tags = ();
    const MORTAL: bool = false;
    const PLAIN: bool = needs_drop::<V>();

    #[inline]
    fn store(value: &V) -> Held<V> {
        Held::new(value.clone())
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
            Held::Shared(value) => {
                let clone = V::clone(&value);
                drop(value); // it may be the last; while the clone is a local, a panic does not lose that
                clone
            }
        }
    }

    fn lend(taken: &Held<V>) -> &V {
        match taken {
            Held::Inline(value) => value,
            Held::Shared(value) => value,
        }
    }

    fn lent(stored: &Held<V>) -> Option<&V> {
        Some(match stored {
            Held::Inline(value) => value,
            Held::Shared(value) => value,
        })
    }

    #[inline]
    fn is_dead(_: &Held<V>) -> bool {
        false
    }
}

/// As itself, where that is a copy of bits.
#[derive(Clone, Copy, Debug)]
pub struct Copied;

impl<V: Copy> Storage<V> for Copied {
    type Stored = V;
    type Taken = V;
    type Tags = ();
    const MORTAL: bool = false;
    const PLAIN: bool = true;

    #[inline]
    fn store(value: &V) -> V {
        *value
    }

    #[inline]
    fn take(stored: &V) -> Option<V> {
        Some(*stored)
    }

    #[inline]
    fn value(taken: V) -> V {
        taken
    }

    fn lend(taken: &V) -> &V {
        taken
    }

    fn lent(stored: &V) -> Option<&V> {
        Some(stored)
    }

    #[inline]
    fn is_dead(_: &V) -> bool {
        false
    }
}

/// As a weak reference.
#[derive(Clone, Copy, Debug)]
pub struct Weakly;

impl<V: Handle> Storage<V> for Weakly {
    type Stored = V::Weak;
    type Taken = V;
    type Tags = ();
    const MORTAL: bool = true;
    const PLAIN: bool = true;

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

    fn lend(taken: &V) -> &V {
        taken
    }

    #[inline]
    fn is_dead(stored: &V::Weak) -> bool {
        V::is_dead(stored)
    }
}

/// What a cache of one thread can keep weakly.
#[diagnostic::on_unimplemented(
    message = "`weak` needs a function that returns a counted handle, not `{Self}`\n\
        help: return `std::sync::Arc<T>`, or leave out `weak`",
    label = "not an `Arc<T>`, `Interned<T>` or `Strong<T>`"
)]
pub trait KeptLocallyWeakly: Handle + Clone + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Handle + Clone + 'static> KeptLocallyWeakly for T {}

/// The kind of a cache: the shape of what its function returns, and how that is stored.
pub trait Kind: 'static {
    /// What the function returns.
    type Output;
    /// The part of it that is kept.
    type Value: Clone;
    /// An error that is not kept, and yet shared.
    type Error: Error;
    /// What part of the output is the value.
    type Shape: Shape<Output = Self::Output, Value = Self::Value, Error = Self::Error>;
    /// What is in the table.
    type Stored;
    /// What is taken from it under the lock.
    type Taken;
    /// The tags of a computation in progress.
    type Tags: Default;
    /// How the value is stored.
    type Storage: Storage<Self::Value, Stored = Self::Stored, Taken = Self::Taken, Tags = Self::Tags>;
}

/// What those who waited are handed.
pub(super) struct Shared<O: Kind, X: Expiry> {
    pub(super) result: Result<O::Value, O::Error>,
    /// How long it may be served, if it is kept.
    pub(super) stamp: Option<X::Stamp>,
}

/// A kind for caches that threads share.
pub trait SharedKind: Kind<Value: Send + Sync, Stored: Send + Sync, Tags: Send + Sync> {}

impl<O: Kind<Value: Send + Sync, Stored: Send + Sync, Tags: Send + Sync>> SharedKind for O {}

/// A kind made of its two halves.
#[derive(Clone, Copy, Debug)]
pub struct Of<S, T>(pub(super) PhantomData<fn() -> (S, T)>);

impl<S: Shape<Value: Clone>, T: Storage<S::Value> + 'static> Kind for Of<S, T> {
    type Output = S::Output;
    type Value = S::Value;
    type Error = S::Error;
    type Shape = S;
    type Stored = T::Stored;
    type Taken = T::Taken;
    type Tags = T::Tags;
    type Storage = T;
}

// What a result must be, is asked and answered as for keys: once, where the function says what it returns,
// and elsewhere by look-up, with a last resort that has no error to add.

#[inline]
pub const fn assert_strong<S: Shape<Value: Kept>>(_: &S) {}

#[inline]
pub const fn assert_weak<S: Shape<Value: KeptWeakly>>(_: &S) {}

#[inline]
pub const fn assert_local_strong<S: Shape<Value: KeptLocally>>(_: &S) {}

#[inline]
pub const fn assert_local_weak<S: Shape<Value: KeptLocallyWeakly>>(_: &S) {}

#[inline]
pub const fn assert_result<R: IsResult>() {}

/// A shape, for look-up of how it is kept.
#[derive(Debug)]
pub struct Keep<S>(pub S);

macro_rules! kinds {
    ($($fits:ident for $trait:path, $method:ident -> $storage:ident;)*) => {
        $(
            pub trait $fits<S> {
                #[inline]
                fn $method(&self) -> Of<S, $storage> {
                    Of(PhantomData)
                }
            }

            impl<S: Shape<Value: $trait>> $fits<S> for &Keep<S> {}
        )*

        /// The last resort. An error was reported, so nothing of it ever runs.
        pub trait KeepsNothing<S> {
            $(
                fn $method(&self) -> Of<Nothing<S>, Strongly> {
                    Of(PhantomData)
                }
            )*
        }

        impl<S> KeepsNothing<S> for Keep<S> {}
    };
}

kinds! {
    KeepsStrong for Kept, __weakcache_strong -> Strongly;
    KeepsWeak for KeptWeakly, __weakcache_weak -> Weakly;
    KeepsLocalStrong for KeptLocally, __weakcache_local_strong -> Strongly;
    KeepsLocalWeak for KeptLocallyWeakly, __weakcache_local_weak -> Weakly;
}

/// What is kept as a copy, of values that are `Copy`.
pub trait KeepsCopy<S> {
    #[inline]
    fn __weakcache_strong(&self) -> Of<S, Copied> {
        Of(PhantomData)
    }

    #[inline]
    fn __weakcache_local_strong(&self) -> Of<S, Copied> {
        Of(PhantomData)
    }
}

impl<S: Shape<Value: Copy>> KeepsCopy<S> for &&Keep<S> {}

/// The shape of a result that cannot be kept.
#[derive(Clone, Copy, Debug)]
pub struct Nothing<S>(PhantomData<fn() -> S>);

impl<S: Shape> Shape for Nothing<S> {
    type Output = S::Output;
    type Value = ();
    type Error = Infallible;

    fn value(_: &S::Output) -> Option<(&(), bool)> {
        None
    }

    fn output((): ()) -> S::Output {
        unreachable!("no value is kept")
    }

    fn error(_: &S::Output) -> Option<Infallible> {
        None
    }

    fn from_error(error: Infallible) -> S::Output {
        match error {}
    }

    type Shown = S::Shown;

    fn shown((): &()) -> Option<&S::Shown> {
        None
    }

    type Written = Infallible;

    fn written((): &()) -> Option<&Infallible> {
        None
    }

    fn of_written(written: Infallible) -> S::Output {
        match written {}
    }

    fn into_value(output: S::Output) -> Result<(), S::Output> {
        Err(output)
    }
}
