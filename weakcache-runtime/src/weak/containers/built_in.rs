//! Types whose comparison is the language's or `std`'s own.
//!
//! Comparing them runs no user code, so a container does it under a lock; some are moreover as good copied
//! as shared. A container is generic over its keys, so it asks here, and the answer is a constant.
#![allow(unsafe_code)] // one transmutation of a lifetime

use std::any::{Any, TypeId};
use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;

/// `$with!(types)`: those that are copied.
macro_rules! copied {
    ($with:ident) => {
        $with!(
            u64,
            u32,
            usize,
            i32,
            i64,
            u8,
            u16,
            u128,
            i8,
            i16,
            i128,
            isize,
            bool,
            char,
            &'static str,
            &'static [u8],
            ()
        )
    };
}

/// Whether comparing a key of type `K` with a query of type `Q`, a borrowed form of it, runs no user code.
#[inline]
pub(super) fn compares<K: ?Sized, Q: ?Sized>() -> bool {
    let (key, query) = (type_id::<K>(), type_id::<Q>());
    let is = |one: TypeId, other: TypeId| key == one && query == other;
    (key == query && (is_scalar(key) || is_text(key) || is_pair(key)))
        || [id::<String>(), id::<&str>(), id::<Box<str>>(), id::<Arc<str>>()]
            .into_iter()
            .any(|owned| is(owned, id::<str>()))
        || [id::<Vec<u8>>(), id::<&[u8]>(), id::<Box<[u8]>>(), id::<Arc<[u8]>>()]
            .into_iter()
            .any(|owned| is(owned, id::<[u8]>()))
}

#[inline]
fn id<T: ?Sized + 'static>() -> TypeId {
    TypeId::of::<T>()
}

#[inline]
fn is_scalar(key: TypeId) -> bool {
    macro_rules! any {
        ($($t:ty),*) => { $(key == id::<$t>())||* };
    }
    copied!(any)
}

#[inline]
fn is_text(key: TypeId) -> bool {
    let text = [id::<String>(), id::<str>(), id::<Box<str>>(), id::<Arc<str>>()];
    let bytes = [id::<Vec<u8>>(), id::<[u8]>(), id::<Box<[u8]>>(), id::<Arc<[u8]>>()];
    text.contains(&key) || bytes.contains(&key)
}

/// Pairs of what keys are made of most, and triples of one of them.
#[inline]
fn is_pair(key: TypeId) -> bool {
    macro_rules! first {
        ($($t:ty),*) => { $(second::<$t>(key))||* };
    }
    #[inline]
    fn second<A: 'static>(key: TypeId) -> bool {
        macro_rules! any {
            ($($t:ty),*) => { $(key == id::<(A, $t)>())||* };
        }
        key == id::<(A, A, A)>() || any!(u64, u32, usize, i32, i64, u8, char, &'static str, String)
    }
    first!(u64, u32, usize, i32, i64, u8, char, &'static str, String)
}

/// A copy, if values of this type are copied and not shared.
#[inline]
pub(super) fn copy<T: 'static>(value: &T) -> Option<T> {
    macro_rules! first {
        ($($t:ty),*) => { $(
            if let Some(value) = (value as &dyn Any).downcast_ref::<$t>() {
                return cast::<Option<$t>, Option<T>>(Some(*value));
            }
        )* };
    }
    copied!(first);
    if let Some(value) = (value as &dyn Any).downcast_ref::<f64>() {
        return cast::<Option<f64>, Option<T>>(Some(*value));
    }
    None
}

/// Whether two values of a type that is copied are the same.
#[inline]
pub(super) fn same<T: 'static>(one: &T, other: &T) -> bool {
    let (one, other) = (one as &dyn Any, other as &dyn Any);
    macro_rules! any {
        ($($t:ty),*) => {
            $(one.downcast_ref::<$t>().is_some_and(|one| other.downcast_ref::<$t>() == Some(one)))||*
        };
    }
    copied!(any)
        || one.downcast_ref::<f64>().is_some_and(|one| {
            other.downcast_ref::<f64>().is_some_and(|other| one.to_bits() == other.to_bits())
        })
}

/// A value as one of its own type.
#[inline]
fn cast<A: Default + 'static, B: Default + 'static>(mut value: A) -> B {
    (&mut value as &mut dyn Any).downcast_mut::<B>().map(mem::take).unwrap_or_default()
}

/// The identity of a type that may hold borrows: that of the same type with all of them `'static`.
#[inline]
fn type_id<T: ?Sized>() -> TypeId {
    trait Identified {
        fn type_id(&self) -> TypeId
        where
            Self: 'static;
    }
    impl<T: ?Sized> Identified for PhantomData<T> {
        fn type_id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }
    let of = PhantomData::<T>;
    let borrowed: &dyn Identified = &of;
    // SAFETY: the two types differ in a lifetime bound alone, so in layout and vtable not at all. The only
    // method reads nothing through `self`, so nothing is used for longer than it lives; and no reference to
    // a value of `T` comes of the answer, only the knowledge that its comparison, which is the same for all
    // lifetimes, is the language's.
    let forever = unsafe { mem::transmute::<&dyn Identified, &(dyn Identified + 'static)>(borrowed) };
    forever.type_id()
}

#[cfg(test)]
mod tests {
    use super::{compares, copy, same};
    use std::borrow::Borrow;

    #[derive(PartialEq)]
    struct Own<'a>(&'a str);

    impl<'a> Borrow<Own<'a>> for String {
        fn borrow(&self) -> &Own<'a> {
            unimplemented!()
        }
    }

    fn borrowed<'a>(_: &'a str) -> (bool, bool) {
        (compares::<&'a str, str>(), compares::<String, Own<'a>>())
    }

    #[test]
    fn tells_what_is_the_languages_own() {
        assert!(compares::<u32, u32>() && compares::<String, str>() && compares::<[u8], [u8]>());
        assert!(compares::<(u32, String), (u32, String)>() && compares::<Vec<u8>, [u8]>());
        assert!(!compares::<Own<'static>, Own<'static>>() && !compares::<u32, Own<'static>>());
        assert!(!compares::<Vec<String>, Vec<String>>() && !compares::<Box<u32>, u32>());
        let local = String::from("x");
        assert_eq!(borrowed(&local), (true, false));
    }

    #[test]
    fn copies_and_compares_what_is_copied() {
        assert_eq!((copy(&5u32), copy(&"x"), copy(&String::new())), (Some(5), Some("x"), None));
        assert!(same(&5u32, &5) && !same(&5u32, &6) && same(&f64::NAN, &f64::NAN));
        assert!(!same(&String::new(), &String::new()));
    }
}
