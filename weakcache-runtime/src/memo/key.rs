//! Keys as they are looked up: borrowed from the arguments, owned only once they are stored.
//!
//! The key of a call is a list of pairs `(argument, (argument, … ()))`, so that there is no limit on the
//! number of arguments.

use crate::plain::Plain;
use std::any::Any;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::path::PathBuf;

/// A key, or a part of one, during a call.
pub trait Key {
    /// The same, as it is stored.
    type Owned: Eq + 'static;
    /// Whether `is` runs no user code.
    const PLAIN: bool;

    /// Feeds the key to `hasher`.
    fn hash<H: Hasher>(&self, hasher: &mut H);

    /// Whether `stored` is this key.
    fn is(&self, stored: &Self::Owned) -> bool;

    /// Makes the key that is stored.
    fn into_owned(self) -> Self::Owned;
}

/// The end of the list.
impl Key for () {
    type Owned = ();
    const PLAIN: bool = true;

    #[inline]
    fn hash<H: Hasher>(&self, _: &mut H) {}

    #[inline]
    fn is(&self, (): &()) -> bool {
        true
    }

    #[inline]
    fn into_owned(self) {}
}

impl<A: Key, B: Key> Key for (A, B) {
    type Owned = (A::Owned, B::Owned);
    const PLAIN: bool = A::PLAIN && B::PLAIN;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
        self.1.hash(hasher);
    }

    #[inline]
    fn is(&self, stored: &Self::Owned) -> bool {
        self.0.is(&stored.0) && self.1.is(&stored.1)
    }

    #[inline]
    fn into_owned(self) -> Self::Owned {
        (self.0.into_owned(), self.1.into_owned())
    }
}

/// How arguments of type `T` are hashed, compared and stored, of whatever traits that is made.
pub trait Part<T: ?Sized>: Copy {
    /// What is stored.
    type Owned: Eq + 'static;
    /// Whether `is` runs no user code.
    const PLAIN: bool = false;

    fn hash<H: Hasher>(argument: &T, hasher: &mut H);
    fn is(argument: &T, stored: &Self::Owned) -> bool;
    fn to_owned(argument: &T) -> Self::Owned;
}

/// An argument, and what it is to the key.
pub struct Argument<'a, T: ?Sized, P>(&'a T, PhantomData<P>);

impl<T: ?Sized, P: Part<T>> Key for Argument<'_, T, P> {
    type Owned = P::Owned;
    const PLAIN: bool = P::PLAIN;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        P::hash(self.0, hasher);
    }

    #[inline]
    fn is(&self, stored: &P::Owned) -> bool {
        P::is(self.0, stored)
    }

    #[inline]
    fn into_owned(self) -> P::Owned {
        P::to_owned(self.0)
    }
}

/// An argument as a part of the key.
#[inline]
pub fn part<T: ?Sized, P: Part<T>>(argument: &T, _: P) -> Argument<'_, T, P> {
    Argument(argument, PhantomData)
}

/// An argument of type `Option<&T>`.
#[inline]
#[must_use]
pub fn option<T: ?Sized, P: Part<T>>(argument: Option<&T>, _: P) -> Option<Argument<'_, T, P>> {
    argument.map(|argument| Argument(argument, PhantomData))
}

/// `Option<&T>`, stored as an option of what `T` is stored as.
impl<K: Key> Key for Option<K> {
    type Owned = Option<K::Owned>;
    const PLAIN: bool = K::PLAIN;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(&self.is_some(), hasher);
        if let Some(key) = self {
            key.hash(hasher);
        }
    }

    #[inline]
    fn is(&self, stored: &Self::Owned) -> bool {
        match (self, stored) {
            (Some(key), Some(stored)) => key.is(stored),
            (None, None) => true,
            _ => false,
        }
    }

    #[inline]
    fn into_owned(self) -> Self::Owned {
        self.map(K::into_owned)
    }
}

/// `T` is stored as a clone. `PLAIN`: it is [`Plain`].
#[derive(Clone, Copy, Debug)]
pub struct AsClone<const PLAIN: bool = false>;

impl<T: Hash + Eq + Clone + 'static, const PLAIN: bool> Part<T> for AsClone<PLAIN> {
    type Owned = T;
    const PLAIN: bool = PLAIN;

    #[inline]
    fn hash<H: Hasher>(argument: &T, hasher: &mut H) {
        argument.hash(hasher);
    }

    #[inline]
    fn is(argument: &T, stored: &T) -> bool {
        argument == stored
    }

    #[inline]
    fn to_owned(argument: &T) -> T {
        argument.clone()
    }
}

/// `T` is stored as `T::Owned`. `PLAIN`: it is [`Plain`].
#[derive(Clone, Copy, Debug)]
pub struct AsOwned<const PLAIN: bool = false>;

/// A stored `T::Owned` that is compared as a `T`: it need not be `Eq` itself.
pub struct Borrowed<T: ?Sized + ToOwned>(T::Owned);

impl<T: ?Sized + ToOwned + Eq> PartialEq for Borrowed<T> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.borrow() == other.0.borrow()
    }
}

impl<T: ?Sized + ToOwned + Eq> Eq for Borrowed<T> {}

impl<T, const PLAIN: bool> Part<T> for AsOwned<PLAIN>
where
    T: ?Sized + ToOwned<Owned: 'static> + Hash + Eq + 'static,
{
    type Owned = Borrowed<T>;
    const PLAIN: bool = PLAIN;

    #[inline]
    fn hash<H: Hasher>(argument: &T, hasher: &mut H) {
        argument.hash(hasher);
    }

    #[inline]
    fn is(argument: &T, stored: &Borrowed<T>) -> bool {
        argument == stored.0.borrow()
    }

    #[inline]
    fn to_owned(argument: &T) -> Borrowed<T> {
        Borrowed(argument.to_owned())
    }
}

/// What `key = EXPR` evaluates to: stored as it is, but for memory that it does not use.
pub struct Whole<K>(K);

impl<K: Hash + Eq + 'static> Key for Whole<K> {
    type Owned = K;
    const PLAIN: bool = false;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(&self.0, hasher);
    }

    #[inline]
    fn is(&self, stored: &K) -> bool {
        self.0 == *stored
    }

    #[inline]
    fn into_owned(mut self) -> K {
        let key: &mut dyn Any = &mut self.0;
        if let Some(text) = key.downcast_mut::<String>() {
            text.shrink_to_fit();
        } else if let Some(bytes) = key.downcast_mut::<Vec<u8>>() {
            bytes.shrink_to_fit();
        } else if let Some(path) = key.downcast_mut::<PathBuf>() {
            path.shrink_to_fit();
        }
        self.0
    }
}

// What an argument must be. An expansion asks once, at the type of the argument, by one of these functions,
// and that is the one error where it is not. Everywhere else it makes the part by method look-up, which
// falls back on one that fits any type, and so has no error to add.

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
        help: give the whole key as `key = …`, as in `key = self.id`; derive them, or make them bounds; or write `local` if it belongs to one thread; with `skip(self)` all instances share one result",
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
        help: give the whole key as `key = …`, as in `key = self.id`; or derive them, or make them bounds; with `skip(self)` all instances share one result",
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
    ($($fits:ident for $trait:path, $method:ident;)*) => {
        $(
            pub trait $fits<K> {
                #[inline]
                fn $method(&self, key: K) -> Whole<K> {
                    Whole(key)
                }
            }

            impl<K: $trait> $fits<K> for &Type<K> {}
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
    FitsWhole for WholeKey, __weakcache_whole;
    FitsLocalWhole for LocalWholeKey, __weakcache_local_whole;
}
