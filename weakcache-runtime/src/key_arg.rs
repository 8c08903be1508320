//! Arguments for key fields that have a borrowed form.
#![forbid(unsafe_code)]

use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::rc::{Source, Tail};
use crate::registry::{Interned, InternedRef};

/// A type that is taken owned or borrowed where it is a key field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has the name of a standard type without being it\n\
        help: write the path of your own, as in `self::{Self}`",
    label = "taken for the standard type"
)]
pub trait KeyField: Sized {
    /// The borrowed form, which hashes and compares as the owned one does.
    type Borrowed: ?Sized;

    /// The field as it is compared with an argument.
    fn as_borrowed(&self) -> &Self::Borrowed;

    /// An argument as it is looked up.
    #[inline]
    fn of_argument<A: KeyArg<Self>>(argument: &A) -> &Self::Borrowed {
        argument.as_key()
    }
}

/// What a constructor takes for a key field of type `T`: a `T`, or a borrow of one.
///
/// A borrow is hashed and compared as it is, and becomes a `T` only when a value is built. Implemented
/// for the usual arguments of `String`, `Box<str>`, `Arc<str>`, `PathBuf`, `OsString`, `CString`, `Vec<U>`
/// and `Box<[U]>`.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is no argument for a key field of type `{T}`",
    label = "neither a `{T}` nor a borrow of one"
)]
pub trait KeyArg<T>: Sized {
    /// The key as it is looked up.
    fn as_key(&self) -> &T::Borrowed
    where
        T: KeyField; // not of the trait: it would be reported once more

    /// The key as it is stored.
    fn into_key(self) -> T;
}

/// What a constructor takes for a key field of type `T`, an [`Interned`] or one that says `borrow`: a `T`, or a
/// reference to one.
///
/// A reference is cloned only when a value is built. For an `Interned<U>`, an [`InternedRef<'_, U>`](InternedRef) is
/// taken as well.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is no argument for a key field of type `{T}`",
    label = "neither a `{T}` nor a reference to one"
)]
pub trait RefArg<T>: Sized {
    /// The key as it is looked up.
    fn as_key(&self) -> &T;

    /// The key as it is stored.
    fn into_key(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T> RefArg<T> for T {
    #[inline]
    fn as_key(&self) -> &T {
        self
    }

    #[inline]
    fn into_key(self) -> T {
        self
    }
}

// To be named: of a `T` that is not `Clone` the compiler then says so.
impl<T: Clone> RefArg<T> for &T {
    #[inline]
    fn as_key(&self) -> &T {
        self
    }

    #[inline]
    fn into_key(self) -> T {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized> RefArg<Interned<T>> for InternedRef<'_, T> {
    #[inline]
    fn as_key(&self) -> &Interned<T> {
        InternedRef::as_interned(self)
    }

    #[inline]
    fn into_key(self) -> Interned<T> {
        InternedRef::to_interned(self)
    }
}

macro_rules! key_fields {
    ($([$($generics:tt)*] $owned:ty as $borrowed:ty;)*) => {$(
        impl<$($generics)*> KeyField for $owned {
            type Borrowed = $borrowed;

            #[inline]
            fn as_borrowed(&self) -> &$borrowed {
                self
            }
        }
    )*};
}

key_fields! {
    [] String as str;
    [] Box<str> as str;
    [] Arc<str> as str;
    [] PathBuf as Path;
    [] OsString as OsStr;
    [] CString as CStr;
    [U] Vec<U> as [U];
    [U] Box<[U]> as [U];
}

macro_rules! key_args {
    ($([$($generics:tt)*] $owned:ty as $borrowed:ty { $($args:tt)* })*) => {$(
        key_args! { @each [$($generics)*] $owned as $borrowed { $($args)* } }
    )*};
    (@each $generics:tt $owned:ty as $borrowed:ty { $($arg:ty => |$this:ident| $key:expr, $into:expr;)* }) => {$(
        key_args! { @one $generics $owned as $borrowed, $arg => |$this| $key, $into }
    )*};
    (@one [$($generics:tt)*] $owned:ty as $borrowed:ty, $arg:ty => |$this:ident| $key:expr, $into:expr) => {
        #[diagnostic::do_not_recommend] // a list of all of them helps nobody
        impl<$($generics)*> KeyArg<$owned> for $arg {
            #[inline]
            fn as_key(&self) -> &<$owned as KeyField>::Borrowed {
                let $this = self;
                $key
            }

            #[inline]
            fn into_key(self) -> $owned {
                let $this = self;
                $into
            }
        }
    };
}

key_args! {
    [] String as str {
        String => |s| s, s;
        &String => |s| s, s.clone();
        &str => |s| s, s.to_owned();
        &&str => |s| s, (*s).to_owned();
        Box<str> => |s| s, s.into_string();
        Cow<'_, str> => |s| s, s.into_owned();
    }
    [] Box<str> as str {
        Box<str> => |s| s, s;
        &Box<str> => |s| s, s.clone();
        &str => |s| s, s.into();
        &&str => |s| s, (*s).into();
        String => |s| s, s.into_boxed_str();
        &String => |s| s, s.as_str().into();
        Cow<'_, str> => |s| s, s.into();
    }
    [] Arc<str> as str {
        Arc<str> => |s| s, s;
        &Arc<str> => |s| s, Arc::clone(s);
        &str => |s| s, s.into();
        &&str => |s| s, (*s).into();
        String => |s| s, s.into();
        &String => |s| s, s.as_str().into();
        Box<str> => |s| s, s.into();
        Cow<'_, str> => |s| s, s.into();
    }
    [] PathBuf as Path {
        PathBuf => |p| p, p;
        &PathBuf => |p| p, p.clone();
        &Path => |p| p, p.to_owned();
        Box<Path> => |p| p, p.into_path_buf();
        Cow<'_, Path> => |p| p, p.into_owned();
        &str => |p| Path::new(p), p.into();
        String => |p| Path::new(p.as_str()), p.into();
        &String => |p| Path::new(p.as_str()), p.into();
        &OsStr => |p| Path::new(p), p.into();
        OsString => |p| Path::new(p), p.into();
    }
    [] OsString as OsStr {
        OsString => |s| s, s;
        &OsString => |s| s, s.clone();
        &OsStr => |s| s, s.to_owned();
        Box<OsStr> => |s| s, s.into_os_string();
        Cow<'_, OsStr> => |s| s, s.into_owned();
        &str => |s| OsStr::new(s), s.into();
        String => |s| OsStr::new(s.as_str()), s.into();
        &String => |s| OsStr::new(s.as_str()), s.into();
    }
    [] CString as CStr {
        CString => |s| s, s;
        &CString => |s| s, s.clone();
        &CStr => |s| s, s.to_owned();
        Box<CStr> => |s| s, s.into_c_string();
        Cow<'_, CStr> => |s| s, s.into_owned();
    }
    [U: Clone] Vec<U> as [U] {
        &Vec<U> => |v| v, v.clone();
        &[U] => |v| v, v.to_vec();
        Cow<'_, [U]> => |v| v, v.into_owned();
    }
    [U] Vec<U> as [U] {
        Vec<U> => |v| v, v;
        Box<[U]> => |v| v, v.into_vec();
    }
    [U: Clone, const N: usize] Vec<U> as [U] {
        &[U; N] => |v| v.as_slice(), v.to_vec();
    }
    [U, const N: usize] Vec<U> as [U] {
        [U; N] => |v| v.as_slice(), v.into();
    }
    [U: Clone] Box<[U]> as [U] {
        &Box<[U]> => |v| v, v.clone();
        &[U] => |v| v, v.into();
        &Vec<U> => |v| v, v.as_slice().into();
        Cow<'_, [U]> => |v| v, v.into();
    }
    [U] Box<[U]> as [U] {
        Box<[U]> => |v| v, v;
        Vec<U> => |v| v, v.into_boxed_slice();
    }
    [U: Clone, const N: usize] Box<[U]> as [U] {
        &[U; N] => |v| v.as_slice(), v.as_slice().into();
    }
    [U, const N: usize] Box<[U]> as [U] {
        [U; N] => |v| v.as_slice(), Box::new(v);
    }
}

/// What a constructor takes for a last field of type `T`, which has no fixed size: what such a value can be owned by,
/// or a borrow of one.
///
/// Implemented for the usual arguments of `str`, `[U]`, `Path`, `OsStr` and `CStr`. A borrow of a slice is cloned on a
/// miss, as are its elements.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is no argument for a last field of type `{T}`",
    label = "neither an owned form of `{T}` nor a borrow of one"
)]
pub trait TailArg<T: ?Sized> {
    /// What the elements are moved out of.
    type Source: Source<T>
    where
        T: Tail;

    /// The key as it is looked up.
    fn as_tail(&self) -> &T;

    /// The same as such.
    fn into_source(self) -> Self::Source
    where
        T: Tail;
}

macro_rules! tail_args {
    ($([$($generics:tt)*] $tail:ty { $($args:tt)* })*) => {$(
        tail_args! { @each [$($generics)*] $tail { $($args)* } }
    )*};
    (@each $generics:tt $tail:ty { $($arg:ty => $source:ty, |$this:ident| $key:expr, $into:expr;)* }) => {$(
        tail_args! { @one $generics $tail, $arg => $source, |$this| $key, $into }
    )*};
    (@one [$($generics:tt)*] $tail:ty, $arg:ty => $source:ty, |$this:ident| $key:expr, $into:expr) => {
        #[diagnostic::do_not_recommend] // a list of all of them helps nobody
        impl<$($generics)*> TailArg<$tail> for $arg {
            type Source = $source;

            #[inline]
            fn as_tail(&self) -> &$tail {
                let $this = self;
                $key
            }

            #[inline]
            fn into_source(self) -> $source {
                let $this = self;
                $into
            }
        }
    };
}

tail_args! {
    ['a] str {
        &'a str => &'a str, |s| s, s;
        &'a &'a str => &'a str, |s| s, s;
        &'a String => &'a str, |s| s, s;
        &'a Box<str> => &'a str, |s| s, s;
        Cow<'a, str> => Cow<'a, str>, |s| s, s;
    }
    [] str {
        String => String, |s| s, s;
        Box<str> => String, |s| s, s.into_string();
    }
    ['a] Path {
        &'a Path => &'a Path, |p| p, p;
        &'a PathBuf => &'a Path, |p| p, p;
        Cow<'a, Path> => Cow<'a, Path>, |p| p, p;
        &'a str => &'a Path, |p| Path::new(p), Path::new(p);
        &'a String => &'a Path, |p| Path::new(p.as_str()), Path::new(p);
        &'a OsStr => &'a Path, |p| Path::new(p), Path::new(p);
    }
    [] Path {
        PathBuf => PathBuf, |p| p, p;
        Box<Path> => PathBuf, |p| p, p.into_path_buf();
        String => PathBuf, |p| Path::new(p.as_str()), p.into();
        OsString => PathBuf, |p| Path::new(p), p.into();
    }
    ['a] OsStr {
        &'a OsStr => &'a OsStr, |s| s, s;
        &'a OsString => &'a OsStr, |s| s, s;
        Cow<'a, OsStr> => Cow<'a, OsStr>, |s| s, s;
        &'a str => &'a OsStr, |s| OsStr::new(s), OsStr::new(s);
        &'a String => &'a OsStr, |s| OsStr::new(s.as_str()), OsStr::new(s);
    }
    [] OsStr {
        OsString => OsString, |s| s, s;
        Box<OsStr> => OsString, |s| s, s.into_os_string();
        String => OsString, |s| OsStr::new(s.as_str()), s.into();
    }
    ['a] CStr {
        &'a CStr => &'a CStr, |s| s, s;
        &'a CString => &'a CStr, |s| s, s;
        Cow<'a, CStr> => Cow<'a, CStr>, |s| s, s;
    }
    [] CStr {
        CString => CString, |s| s, s;
        Box<CStr> => CString, |s| s, s.into_c_string();
    }
    ['a, U: Clone] [U] {
        &'a [U] => Vec<U>, |v| v, v.to_vec();
        &'a Vec<U> => Vec<U>, |v| v, v.clone();
        &'a Box<[U]> => Vec<U>, |v| v, v.to_vec();
        Cow<'a, [U]> => Vec<U>, |v| v, v.into_owned();
    }
    [U] [U] {
        Vec<U> => Vec<U>, |v| v, v;
        Box<[U]> => Vec<U>, |v| v, v.into_vec();
    }
    ['a, U: Clone, const N: usize] [U] {
        &'a [U; N] => [U; N], |v| v.as_slice(), v.clone();
    }
    [U, const N: usize] [U] {
        [U; N] => [U; N], |v| v.as_slice(), v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DefaultHashBuilder;
    use std::hash::{BuildHasher, Hash};

    fn check<T: KeyField<Borrowed: Hash + Eq> + Hash + Eq, A: KeyArg<T>>(owned: &T, arg: A) {
        let hasher = DefaultHashBuilder::default();
        assert_eq!(hasher.hash_one(arg.as_key()), hasher.hash_one(owned));
        assert!(owned.as_borrowed() == arg.as_key());
        assert!(arg.into_key() == *owned);
    }

    #[test]
    fn borrows_hash_and_compare_as_what_they_become() {
        let text = String::from("key");
        check::<String, _>(&text, "key");
        check::<String, _>(&text, &"key");
        check::<String, _>(&text, &text);
        check::<String, _>(&text, Cow::Borrowed("key"));
        check::<Box<str>, _>(&"key".into(), "key");
        check::<Box<str>, _>(&"key".into(), text.clone());
        check::<Arc<str>, _>(&"key".into(), "key");
        check::<Arc<str>, _>(&"key".into(), &Arc::from("key"));
        check::<PathBuf, _>(&"a/b".into(), Path::new("a/b"));
        check::<PathBuf, _>(&"a/b".into(), "a//b");
        check::<OsString, _>(&"key".into(), OsStr::new("key"));
        check::<CString, _>(&c"key".into(), c"key");
        check::<Vec<u8>, _>(&vec![1, 2], [1, 2]);
        check::<Vec<u8>, _>(&vec![1, 2], &[1, 2]);
        check::<Vec<u8>, _>(&vec![1, 2], &[1, 2][..]);
        check::<Box<[u8]>, _>(&[1, 2].into(), &vec![1, 2]);
        check::<Box<[u8]>, _>(&[1, 2].into(), vec![1, 2]);
    }
}
