//! An expiry of which entries have a second tier: around the one that a cache has without it, as closures of users are
//! (`hooks.rs`), so that other caches have nothing of it.
#![forbid(unsafe_code)]

use super::cause::Cause;
use super::expiry::{Expiry, forward_stamps};
use super::fits::{Receiver, Referent, Value, WholeKey};
use super::key::Key;
use super::kind::{Kept, Kind, Shape};
use super::restore::Restore;
use super::tier::{Codec, Tier};
use crate::fingerprint::Code;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

/// `store`.
pub struct Tiered<X> {
    expiry: X,
    tier: &'static Tier,
    codec: Codec,
}

/// An expiry with `store`: of a cache of which the codec is.
#[must_use]
pub const fn tiered<X: Expiry>(expiry: X, tier: &'static Tier, codec: Codec) -> Tiered<X> {
    Tiered { expiry, tier, codec }
}

impl<X> fmt::Debug for Tiered<X> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tiered").finish_non_exhaustive()
    }
}

/// Stands for the types of a key and a kind, for look-up of how they are written.
#[derive(Debug)]
pub struct Coded<K, O>(PhantomData<fn(K, O)>);

/// Those of this key and kind.
#[inline]
#[must_use]
pub const fn coded<Q: Key, O: Kind>(_: &Q, _: &O) -> Coded<Q::Owned, O> {
    Coded(PhantomData)
}

/// The code of what is stored of results of this shape.
#[must_use]
pub fn code_of_result<S: Shape>(code: Code, _: &S) -> Code {
    code.of::<S::Written>()
}

/// What can be written.
pub trait Codes {
    /// How.
    fn __weakcache_codec(&self) -> Codec;
}

impl<K, O> Codes for &Coded<K, O>
where
    K: Restore<Shown: Serialize + DeserializeOwned, Copy: From<K::Shown>>,
    O: Kind<Output: 'static, Value: Send + 'static, Shape: Shape<Written: Serialize + DeserializeOwned>>,
{
    fn __weakcache_codec(&self) -> Codec {
        Codec::of::<K, O>()
    }
}

/// The last resort. An error was reported, so nothing of it ever runs.
pub trait CodesNothing {
    /// None.
    fn __weakcache_codec(&self) -> Codec {
        Codec::none()
    }
}

impl<K, O> CodesNothing for Coded<K, O> {}

/// What a second tier asks of a part of the key.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be part of a key in a store\n\
        help: derive `serde::Serialize` and `serde::Deserialize` for it, or make them bounds of a type parameter; name the argument in `skip(…)`; or give the whole key as `key = …`",
    label = "this type must be `Serialize` and `DeserializeOwned`"
)]
pub trait StoredPart: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> StoredPart for T {}

/// What a second tier asks of a key that is given as a whole.
#[diagnostic::on_unimplemented(
    message = "a key of type `{Self}` cannot be part of a store\n\
        help: derive `serde::Serialize` and `serde::Deserialize` for it, or make the key of what has them",
    label = "the key must be `Serialize` and `DeserializeOwned`"
)]
pub trait StoredKey: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> StoredKey for T {}

/// What a second tier asks of a result.
#[diagnostic::on_unimplemented(
    message = "a result of type `{Self}` cannot be stored\n\
        help: derive `serde::Serialize` and `serde::Deserialize` for it, or make them bounds of a type parameter; or leave `store` out",
    label = "what it returns must be `Serialize` and `DeserializeOwned`"
)]
pub trait StoredResult: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> StoredResult for T {}

// What follows is asked of arguments and results anyway; beside a store other things can be done where it does not hold.

/// What may be an argument by value.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be part of the key\n\
        help: derive them, or make them bounds of a type parameter; name the argument in `skip(…)`; or give the whole key as `key = …`",
    label = "this type must be `Hash`, `Eq`, `Clone`, `Send` and `Sync`"
)]
pub trait TieredValue: Value {}

#[diagnostic::do_not_recommend]
impl<T: Value> TieredValue for T {}

/// What may be an argument by reference.
#[diagnostic::on_unimplemented(
    message = "an argument of type `&{Self}` cannot be part of the key\n\
        help: derive them, or make them bounds of a type parameter; name the argument in `skip(…)`; or give the whole key as `key = …`",
    label = "this type must be `Hash`, `Eq`, `ToOwned` (or `Clone`), `Send` and `Sync`"
)]
pub trait TieredReferent: Referent {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Referent> TieredReferent for T {}

/// What may be `&self`.
#[diagnostic::on_unimplemented(
    message = "`self` is part of the key, and `{Self}` cannot be\n\
        help: give the whole key as `key = …`, as in `key = self.id`; or derive them, or make them bounds; with `skip(self)` all instances share one result",
    label = "this type must be `Hash`, `Eq`, `Clone`, `Send` and `Sync`"
)]
pub trait TieredReceiver: Receiver {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Receiver> TieredReceiver for T {}

/// What may be a whole key.
#[diagnostic::on_unimplemented(
    message = "a key of type `{Self}` cannot be stored\n\
        help: make an owned value of it, as with `to_owned()`, a float by its `to_bits()`",
    label = "the key must be owned, and `Hash`, `Eq`, `Send` and `Sync`"
)]
pub trait TieredWholeKey: WholeKey {}

#[diagnostic::do_not_recommend]
impl<K: WholeKey> TieredWholeKey for K {}

/// What may be a result.
#[diagnostic::on_unimplemented(
    message = "a memoized function with a store cannot return `{Self}`\n\
        help: derive `Clone`; return a value of which a copy can be sent to other threads, as a store can read it in any of them",
    label = "what it returns must be `Clone`, `Send` and `Sync`"
)]
pub trait TieredResult: Kept {}

#[diagnostic::do_not_recommend]
impl<T: Kept> TieredResult for T {}

#[inline]
pub const fn assert_tiered_value<T: TieredValue>() {}

#[inline]
pub const fn assert_tiered_referent<T: ?Sized + TieredReferent>() {}

#[inline]
pub const fn assert_tiered_receiver<T: ?Sized + TieredReceiver>() {}

#[inline]
pub const fn assert_tiered_whole<K: TieredWholeKey>(_: &K) {}

#[inline]
pub const fn assert_tiered_strong<S: Shape<Value: TieredResult>>(_: &S) {}

#[inline]
pub const fn assert_stored_value<T: StoredPart>() {}

#[inline]
pub const fn assert_stored_referent<T: ?Sized + ToOwned<Owned: StoredPart>>() {}

#[inline]
pub const fn assert_stored_key<K: StoredKey>(_: &K) {}

#[inline]
pub const fn assert_stored_result<S: Shape<Written: StoredResult>>(_: &S) {}

impl<X: Expiry> Expiry for Tiered<X> {
    forward_stamps!(X);

    type Causes = X::Causes;
    const HEEDS: bool = X::HEEDS;
    const TIERED: bool = true;

    fn tier(&self) -> Option<(&'static Tier, Codec)> {
        Some((self.tier, self.codec))
    }

    fn reset(&self) {
        self.expiry.reset();
        self.tier.reset();
    }

    fn tell(&self, key: &dyn Any, value: &dyn Any, cause: Cause) {
        self.expiry.tell(key, value, cause);
    }
}
