//! What an argument must be, and how it is part of a key then.
//!
//! An expansion asks once, at the type of the argument, by one of these functions,
//! and that is the one error where it is not. Everywhere else it makes the part by method look-up, which
//! falls back on one that fits any type, and so has no error to add.
#![forbid(unsafe_code)]

use super::key::{AsClone, AsOwned, Counted, Part, Whole};
use crate::plain::Plain;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// What may be an argument by value.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be part of the key\n\
        help: derive them, or make them bounds of a type parameter; name the argument in `skip(…)`; give the whole key as `key = …`; or write `local` if it belongs to one thread",
    label = "this type must be `Hash`, `Eq`, `Clone`, `Send` and `Sync`"
)]
pub trait Value: Hash + Eq + Clone + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Clone + Send + Sync + 'static> Value for T {}

/// What may be an argument by reference.
#[diagnostic::on_unimplemented(
    message = "an argument of type `&{Self}` cannot be part of the key\n\
        help: derive them, or make them bounds of a type parameter; name the argument in `skip(…)`; give the whole key as `key = …`; or write `local` if it belongs to one thread",
    label = "this type must be `Hash`, `Eq`, `ToOwned` (or `Clone`), `Send` and `Sync`"
)]
pub trait Referent: Hash + Eq + ToOwned<Owned: Send + Sync + 'static> + 'static {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: Send + Sync + 'static> + 'static> Referent for T {}

/// What may be `&self`.
#[diagnostic::on_unimplemented(
    message = "`self` is part of the key, and `{Self}` cannot be\n\
        help: keep a cache in each value, with a field `memo: weakcache::Memo` and `in(self.memo)`; give the whole key as `key = …`, as in `key = self.id`; derive them, or make them bounds; or write `local` if it belongs to one thread; with `skip(self)` all instances share one result",
    label = "this type must be `Hash`, `Eq`, `Clone`, `Send` and `Sync`"
)]
pub trait Receiver: Hash + Eq + ToOwned<Owned: Send + Sync + 'static> + 'static {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: Send + Sync + 'static> + 'static> Receiver for T {}

/// As [`Value`], in one thread.
#[diagnostic::on_unimplemented(
    message = "an argument of type `{Self}` cannot be part of the key\n\
        help: derive them, or make them bounds of a type parameter; name the argument in `skip(…)`; or give the whole key as `key = …`",
    label = "this type must be `Hash`, `Eq` and `Clone`"
)]
pub trait LocalValue: Hash + Eq + Clone + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Clone + 'static> LocalValue for T {}

/// As [`Referent`], in one thread.
#[diagnostic::on_unimplemented(
    message = "an argument of type `&{Self}` cannot be part of the key\n\
        help: derive them, or make them bounds of a type parameter; name the argument in `skip(…)`; or give the whole key as `key = …`",
    label = "this type must be `Hash`, `Eq` and `ToOwned` (or `Clone`)"
)]
pub trait LocalReferent: Hash + Eq + ToOwned<Owned: 'static> + 'static {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: 'static> + 'static> LocalReferent for T {}

/// As [`Receiver`], in one thread.
#[diagnostic::on_unimplemented(
    message = "`self` is part of the key, and `{Self}` cannot be\n\
        help: keep a cache in each value, without `local`, with a field `memo: weakcache::Memo` and `in(self.memo)`; give the whole key as `key = …`, as in `key = self.id`; or derive them, or make them bounds; with `skip(self)` all instances share one result",
    label = "this type must be `Hash`, `Eq` and `Clone`"
)]
pub trait LocalReceiver: Hash + Eq + ToOwned<Owned: 'static> + 'static {}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + Hash + Eq + ToOwned<Owned: 'static> + 'static> LocalReceiver for T {}

#[inline]
pub const fn assert_value<T: Value>() {}

#[inline]
pub const fn assert_referent<T: ?Sized + Referent>() {}

#[inline]
pub const fn assert_receiver<T: ?Sized + Receiver>() {}

#[inline]
pub const fn assert_local_value<T: LocalValue>() {}

#[inline]
pub const fn assert_local_referent<T: ?Sized + LocalReferent>() {}

#[inline]
pub const fn assert_local_receiver<T: ?Sized + LocalReceiver>() {}

/// Stands for the type of an argument.
#[derive(Debug)]
pub struct Type<T: ?Sized>(PhantomData<fn(&T)>);

impl<T: ?Sized> Type<T> {
    /// The only value.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "only expansions make one")]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Type<T> {
    /// The type of a value.
    #[must_use]
    pub const fn of(_: &T) -> Self {
        Self(PhantomData)
    }
}

macro_rules! parts {
    ($($fits:ident for $trait:path, $method:ident -> $part:ident;)*) => {
        $(
            pub trait $fits {
                #[inline]
                fn $method(&self) -> $part {
                    $part
                }
            }

            impl<T: ?Sized + $trait> $fits for &Type<T> {}
        )*

        /// The last resort. An error was reported, so nothing of it ever runs.
        pub trait FitsNot {
            $(
                fn $method(&self) -> Unfit {
                    Unfit
                }
            )*
        }

        impl<T: ?Sized> FitsNot for Type<T> {}
    };
}

parts! {
    FitsValue for Value, __weakcache_value -> AsClone;
    FitsReferent for Referent, __weakcache_referent -> AsOwned;
    FitsLocalValue for LocalValue, __weakcache_local_value -> AsClone;
    FitsLocalReferent for LocalReferent, __weakcache_local_referent -> AsOwned;
}

/// Types that are `Plain`, asked first.
pub trait FitsPlain {
    #[inline]
    fn __weakcache_value(&self) -> AsClone<true> {
        AsClone
    }

    #[inline]
    fn __weakcache_local_value(&self) -> AsClone<true> {
        AsClone
    }
}

impl<T: Plain + Value> FitsPlain for &&Type<T> {}

/// The same, behind a reference.
pub trait FitsPlainReferent {
    #[inline]
    fn __weakcache_referent(&self) -> AsOwned<true> {
        AsOwned
    }

    #[inline]
    fn __weakcache_local_referent(&self) -> AsOwned<true> {
        AsOwned
    }
}

impl<T: ?Sized + Plain + Referent> FitsPlainReferent for &&Type<T> {}

/// What cannot be part of a key.
#[derive(Clone, Copy, Debug)]
pub struct Unfit;

impl<T: ?Sized> Part<T> for Unfit {
    type Owned = ();

    fn hash<H: Hasher>(_: &T, _: &mut H) {}

    fn is(_: &T, (): &()) -> bool {
        true
    }

    fn to_owned(_: &T) {}
}

/// What `key = EXPR` may be.
#[diagnostic::on_unimplemented(
    message = "a key of type `{Self}` cannot be stored\n\
        help: make an owned value of it, as with `to_owned()`, a float by its `to_bits()`; or write `local` if it belongs to one thread",
    label = "the key must be owned, and `Hash`, `Eq`, `Send` and `Sync`"
)]
pub trait WholeKey: Hash + Eq + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Send + Sync + 'static> WholeKey for T {}

#[inline]
pub const fn assert_whole<K: WholeKey>(_: &K) {}

/// As [`WholeKey`], in one thread.
#[diagnostic::on_unimplemented(
    message = "a key of type `{Self}` cannot be stored\n\
        help: make an owned value of it, as with `to_owned()`, a float by its `to_bits()`",
    label = "the key must be owned, and `Hash` and `Eq`"
)]
pub trait LocalWholeKey: Hash + Eq + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + 'static> LocalWholeKey for T {}

#[inline]
pub const fn assert_local_whole<K: LocalWholeKey>(_: &K) {}

macro_rules! wholes {
    ($($fits:ident $fits_counted:ident for $trait:path, $method:ident;)*) => {
        $(
            pub trait $fits<K> {
                #[inline]
                fn $method(&self, key: K) -> Whole<K> {
                    Whole(key)
                }
            }

            impl<K: $trait + Clone> $fits<K> for &&Type<K> {}

            pub trait $fits_counted<K> {
                #[inline]
                fn $method(&self, key: K) -> Counted<K> {
                    Counted(key)
                }
            }

            impl<K: $trait> $fits_counted<K> for &Type<K> {}
        )*

        /// The last resort, as above.
        pub trait FitsNotWhole<K> {
            $(
                fn $method(&self, _: K) {}
            )*
        }

        impl<K> FitsNotWhole<K> for Type<K> {}
    };
}

wholes! {
    FitsWhole FitsCounted for WholeKey, __weakcache_whole;
    FitsLocalWhole FitsLocalCounted for LocalWholeKey, __weakcache_local_whole;
}
