//! Keys as they are looked up: borrowed from the arguments, owned only once they are stored.
//!
//! The key of a call is a list of pairs `(argument, (argument, … ()))`, so that there is no limit on the
//! number of arguments.

use super::owned::{Borrowed, Grouped, Kept, OwnedKey, OwnedList, Shared};
use std::any::Any;
use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::mem::needs_drop;
use std::path::PathBuf;
use std::sync::Arc;

/// A key, or a part of one, during a call.
pub trait Key {
    /// The same, as it is stored.
    type Owned: OwnedKey;
    /// Whether `is` runs no user code.
    const PLAIN: bool;
    /// Whether `into_owned` runs none, nor the drop of what it makes.
    const COPIED: bool;

    /// Feeds the key to `hasher`.
    fn hash<H: Hasher>(&self, hasher: &mut H);

    /// Whether `stored` is this key.
    fn is(&self, stored: &Self::Owned) -> bool;

    /// Makes the key that is stored.
    fn into_owned(self) -> Self::Owned;
}

/// A key that is a list.
pub trait List: Key<Owned: OwnedList> {}

impl List for () {}

impl<A: Key, B: List> List for (A, B) {}

/// The end of the list.
impl Key for () {
    type Owned = ();
    const PLAIN: bool = true;
    const COPIED: bool = true;

    #[inline]
    fn hash<H: Hasher>(&self, _: &mut H) {}

    #[inline]
    fn is(&self, (): &()) -> bool {
        true
    }

    #[inline]
    fn into_owned(self) {}
}

impl<A: Key, B: List> Key for (A, B) {
    type Owned = (A::Owned, B::Owned);
    const PLAIN: bool = A::PLAIN && B::PLAIN;
    const COPIED: bool = A::COPIED && B::COPIED;

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

/// A tuple that borrows: an argument that is several parts, and is shown as one.
pub struct Group<L>(L);

/// The parts of an argument that is a tuple.
#[inline]
pub const fn group<L: List>(parts: L) -> Group<L> {
    Group(parts)
}

impl<L: List> Key for Group<L> {
    type Owned = Grouped<L::Owned>;
    const PLAIN: bool = L::PLAIN;
    const COPIED: bool = L::COPIED;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.0.hash(hasher);
    }

    #[inline]
    fn is(&self, stored: &Self::Owned) -> bool {
        self.0.is(&stored.0)
    }

    #[inline]
    fn into_owned(self) -> Self::Owned {
        Grouped(self.0.into_owned())
    }
}

/// How arguments of type `T` are hashed, compared and stored, of whatever traits that is made.
pub trait Part<T: ?Sized>: Copy {
    /// What is stored.
    type Owned: OwnedKey;
    /// Whether `is` runs no user code.
    const PLAIN: bool = false;
    /// Whether `to_owned` runs none either, nor the drop of what it makes. Where `is` does not, and what is made has no
    /// destructor, it is a copy of bits.
    const COPIED: bool = Self::PLAIN && !needs_drop::<Self::Owned>();

    fn hash<H: Hasher>(argument: &T, hasher: &mut H);
    fn is(argument: &T, stored: &Self::Owned) -> bool;
    fn to_owned(argument: &T) -> Self::Owned;
}

/// An argument, and what it is to the key.
pub struct Argument<'a, T: ?Sized, P>(&'a T, PhantomData<P>);

impl<T: ?Sized, P: Part<T>> Key for Argument<'_, T, P> {
    type Owned = P::Owned;
    const PLAIN: bool = P::PLAIN;
    const COPIED: bool = P::COPIED;

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
    const COPIED: bool = K::COPIED;

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
    type Owned = Kept<T>;
    const PLAIN: bool = PLAIN;

    #[inline]
    fn hash<H: Hasher>(argument: &T, hasher: &mut H) {
        argument.hash(hasher);
    }

    #[inline]
    fn is(argument: &T, stored: &Kept<T>) -> bool {
        *argument == stored.0
    }

    #[inline]
    fn to_owned(argument: &T) -> Kept<T> {
        Kept(argument.clone())
    }
}

/// `T` is stored as `T::Owned`. `PLAIN`: it is [`Plain`].
#[derive(Clone, Copy, Debug)]
pub struct AsOwned<const PLAIN: bool = false>;

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
pub struct Whole<K>(pub(super) K);

impl<K: Hash + Eq + Clone + 'static> Key for Whole<K> {
    type Owned = Kept<K>;
    const PLAIN: bool = false;
    const COPIED: bool = false;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(&self.0, hasher);
    }

    #[inline]
    fn is(&self, stored: &Kept<K>) -> bool {
        self.0 == stored.0
    }

    #[inline]
    fn into_owned(mut self) -> Kept<K> {
        let key: &mut dyn Any = &mut self.0;
        if let Some(text) = key.downcast_mut::<String>() {
            text.shrink_to_fit();
        } else if let Some(bytes) = key.downcast_mut::<Vec<u8>>() {
            bytes.shrink_to_fit();
        } else if let Some(path) = key.downcast_mut::<PathBuf>() {
            path.shrink_to_fit();
        }
        Kept(self.0)
    }
}

/// The same of a type that is not `Clone`: stored where it can be shown while it is in the table.
pub struct Counted<K>(pub(super) K);

impl<K: Hash + Eq + 'static> Key for Counted<K> {
    type Owned = Shared<K>;
    const PLAIN: bool = false;
    const COPIED: bool = false;

    #[inline]
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        Hash::hash(&self.0, hasher);
    }

    #[inline]
    fn is(&self, stored: &Shared<K>) -> bool {
        self.0 == *stored.0
    }

    #[inline]
    fn into_owned(self) -> Shared<K> {
        Shared(Arc::new(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fits::*;
    use super::{Key, OwnedKey, group, option, part};
    use std::borrow::Borrow;

    /// What is shown of a key, by a copy and by what was stored.
    fn shown<K: Key<Owned: OwnedKey<Copy: PartialEq + std::fmt::Debug>>>(
        key: K,
    ) -> <K::Owned as OwnedKey>::Copy {
        let stored = key.into_owned();
        let copy = stored.copy().unwrap();
        assert_eq!(copy, stored.into_copy());
        copy
    }

    macro_rules! value {
        ($value:expr, $type:ty) => {
            part($value, (&&&Type::<$type>::new()).__weakcache_value())
        };
    }

    macro_rules! referent {
        ($value:expr, $type:ty) => {
            part($value, (&&&Type::<$type>::new()).__weakcache_referent())
        };
    }

    #[test]
    fn one_is_shown_as_it_is_and_several_as_their_tuple() {
        assert_eq!(shown(()), ());
        assert_eq!(shown((value!(&1, u8), ())), 1);
        assert_eq!(shown((referent!("a", str), ())), "a".to_owned());
        assert_eq!(shown((referent!("a", str), (value!(&1, u8), ()))), ("a".to_owned(), 1));
        let option = |text| option(text, (&&&Type::<str>::new()).__weakcache_referent());
        assert_eq!(shown((option(Some("a")), (option(None), ()))), (Some("a".to_owned()), None));
        let pair = group((referent!("a", str), (value!(&1, u8), ())));
        assert_eq!(shown((pair, ())), ("a".to_owned(), 1));
        let pair = group((referent!("a", str), (value!(&1, u8), ())));
        assert_eq!(shown((pair, (value!(&2, u8), ()))), (("a".to_owned(), 1), 2));
        let single = group((referent!("a", str), ()));
        assert_eq!(shown((single, ())), ("a".to_owned(),));
    }

    #[test]
    fn of_more_than_twelve_the_first_stands_before_the_others() {
        macro_rules! list {
            ($($value:literal)*) => {
                list!(@ () $($value)*)
            };
            (@ $list:expr;) => { $list };
            (@ $list:tt) => { $list };
            (@ $list:tt $first:literal $($rest:literal)*) => {
                list!(@ (value!(&$first, u8), $list) $($rest)*)
            };
        }
        assert_eq!(shown(list!(3 2 1)), (1, 2, 3));
        assert_eq!(shown(list!(12 11 10 9 8 7 6 5 4 3 2 1)), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
        let twelve = (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
        let (first, others) = shown(list!(13 12 11 10 9 8 7 6 5 4 3 2 1));
        assert_eq!((first, others), (1, twelve));
        assert_eq!(shown(list!(13 12 11 10 9 8 7 6 5 4 3 2 1 0)), (0, 1, twelve));
    }

    #[test]
    fn a_whole_key_need_not_be_clone() {
        #[derive(PartialEq, Eq, Hash, Debug)]
        struct Id(u8);

        let whole = (&&Type::of(&Id(1))).__weakcache_whole(Id(1));
        assert_eq!(Borrow::<Id>::borrow(&shown(whole)), &Id(1));
        let whole = (&&&Type::of(&1u8)).__weakcache_whole(1u8);
        assert_eq!(shown(whole), 1);
    }
}
