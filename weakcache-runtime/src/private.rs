//! What expansions call, and nothing else does. No part of the public interface.
#![forbid(unsafe_code)]
#![allow(missing_docs)]

pub use crate::directory::Directory;
pub use crate::hash::DefaultHashBuilder;
pub use crate::key_arg::{KeyArg, key_eq, key_hash};
pub use crate::registry::{HasherOf, Intern, Interned, Key, Registry, Value};
pub use ::{core, std};

/// What a constructor of one's own ends in: a value to intern, or a handle already.
#[diagnostic::on_unimplemented(
    message = "this constructor ends in a `{Self}`",
    label = "expected a `{T}` or an `Interned<{T}>`"
)]
pub trait IntoInterned<T> {
    fn into_interned(self) -> Interned<T>;
}

impl<T: Intern> IntoInterned<T> for T {
    #[inline]
    fn into_interned(self) -> Interned<T> {
        self.intern()
    }
}

impl<T> IntoInterned<T> for Interned<T> {
    #[inline]
    fn into_interned(self) -> Interned<T> {
        self
    }
}

/// The registry of a static: `shards` of 0 stands for the default.
#[must_use]
pub const fn new_registry<T: Intern>(name: &'static str, shards: usize) -> Registry<T> {
    if shards == 0 { Registry::new(name) } else { Registry::with_shards(name, shards) }
}

#[inline]
pub fn find<T: Intern>(hash: impl FnOnce(&mut HasherOf<T>), eq: impl Fn(&T) -> bool) -> Option<Interned<T>> {
    T::registry().find(hash, eq)
}

#[inline]
pub fn find_or_make<T: Intern>(
    hash: impl FnOnce(&mut HasherOf<T>),
    eq: impl Fn(&T) -> bool,
    make: impl FnOnce() -> T,
) -> Interned<T> {
    T::registry().find_or_make(hash, eq, make)
}

pub const fn assert_key<T: Key + ?Sized>() {}

pub const fn assert_value<T: Value + ?Sized>() {}
