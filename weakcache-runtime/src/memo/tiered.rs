//! An expiry of which entries have a second tier: around the one that a cache has without it, as closures of users are
//! (`hooks.rs`), so that other caches have nothing of it.
#![forbid(unsafe_code)]

use super::cause::Cause;
use super::expiry::Expiry;
use super::key::Key;
use super::kind::{Kind, Shape};
use super::restore::Restore;
use super::tier::{Codec, Tier};
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

#[inline]
pub const fn assert_stored_value<T: StoredPart>() {}

#[inline]
pub const fn assert_stored_referent<T: ?Sized + ToOwned<Owned: StoredPart>>() {}

#[inline]
pub const fn assert_stored_key<K: StoredKey>(_: &K) {}

#[inline]
pub const fn assert_stored_result<S: Shape<Written: StoredResult>>(_: &S) {}

impl<X: Expiry> Expiry for Tiered<X> {
    type Now = X::Now;
    type Stamp = X::Stamp;
    type Own = X::Own;
    type Causes = X::Causes;
    const EXPIRES: bool = X::EXPIRES;
    const RENEWS: bool = X::RENEWS;
    const OWN: bool = X::OWN;
    const WEIGHS: bool = X::WEIGHS;
    const HEEDS: bool = X::HEEDS;
    const TIERED: bool = true;

    fn tier(&self) -> Option<(&'static Tier, Codec)> {
        Some((self.tier, self.codec))
    }

    #[inline]
    fn now(&self) -> X::Now {
        self.expiry.now()
    }

    fn stamp(&self, is_err: bool) -> Option<X::Stamp> {
        self.expiry.stamp(is_err)
    }

    #[inline]
    fn is_live(&self, stamp: &X::Stamp, now: X::Now) -> bool {
        self.expiry.is_live(stamp, now)
    }

    #[inline]
    fn touch(&self, stamp: &X::Stamp, now: X::Now) {
        self.expiry.touch(stamp, now);
    }

    #[inline]
    fn is_fresh(&self, stamp: &X::Stamp, now: X::Now) -> bool {
        self.expiry.is_fresh(stamp, now)
    }

    #[inline]
    fn is_spared(&self, stamp: &X::Stamp, now: X::Now) -> bool {
        self.expiry.is_spared(stamp, now)
    }

    fn is_good(&self, stamp: &X::Stamp) -> bool {
        self.expiry.is_good(stamp)
    }

    #[inline]
    fn count(&self, stamp: &X::Stamp, now: X::Now) {
        self.expiry.count(stamp, now);
    }

    fn begin(&self, stamp: &mut X::Stamp) {
        self.expiry.begin(stamp);
    }

    fn lose(&self, stamp: &mut X::Stamp, now: X::Now) {
        self.expiry.lose(stamp, now);
    }

    fn fail(&self, stamp: &mut X::Stamp) {
        self.expiry.fail(stamp);
    }

    fn copy(&self, stamp: &X::Stamp) -> Option<X::Stamp> {
        self.expiry.copy(stamp)
    }

    fn counts(&self) -> (u64, u64) {
        self.expiry.counts()
    }

    fn reset(&self) {
        self.expiry.reset();
        self.tier.reset();
    }

    fn own(&self, key: &dyn Any, value: &dyn Any) -> X::Own {
        self.expiry.own(key, value)
    }

    fn stamp_own(&self, is_err: bool, own: X::Own) -> Option<X::Stamp> {
        self.expiry.stamp_own(is_err, own)
    }

    fn stamp_left(&self, own: X::Own, left: Option<Duration>) -> Option<X::Stamp> {
        self.expiry.stamp_left(own, left)
    }

    fn left(&self, stamp: &X::Stamp) -> Option<Duration> {
        self.expiry.left(stamp)
    }

    fn heaviest(&self) -> usize {
        self.expiry.heaviest()
    }

    fn tell(&self, key: &dyn Any, value: &dyn Any, cause: Cause) {
        self.expiry.tell(key, value, cause);
    }
}
