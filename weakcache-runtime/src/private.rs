//! What expansions call, and nothing else does. No part of the public interface.
#![forbid(unsafe_code)]
#![allow(missing_docs)]

pub use crate::directory::Directory;
pub use crate::handle::{AsHandle, Handle};
pub use crate::hash::DefaultHashBuilder;
pub use crate::key_arg::{KeyArg, KeyField, RefArg, TailArg};
pub use crate::plain::Plain;
pub use crate::rc::{Source, Stored, Tail};
pub use crate::registry::{
    HasherOf, Intern, Interned, InternedRef, Key, Newtype, Numbered, Registry, registry,
};
#[cfg(feature = "serde")]
pub use crate::registry::{
    fields::{Fields, Ignored, Shape, read_fields},
    serde::Read,
};
#[cfg(any(loom, shuttle))]
pub use crate::sync::fault;
pub use crate::{__weakcache_handle, __weakcache_handle_serde, __weakcache_read};
pub use ::{core, std};
#[cfg(feature = "serde")]
pub use serde_core as serde;
pub use std::hash::Hasher;

use std::hash::BuildHasher;
use std::marker::PhantomData;

use crate::rc::{Begun, Strong};
use crate::registry::{self, Ask, Make};

/// A type `H` given as `hasher`, in words that are an error of their own where it is no hasher: what is made
/// of it is none then.
#[diagnostic::on_unimplemented(
    message = "`{H}` cannot make the hashers of a table\n\
        help: name a type that is both, as `std::hash::RandomState` is",
    label = "this type must be `BuildHasher` and `Default`"
)]
pub trait Hashers<H> {
    type Type: BuildHasher + Default + 'static;
    /// A type that has a hasher in it.
    type Same<T>;
}

/// The type of a field.
#[must_use]
pub const fn type_of<T: ?Sized>(_: &T) -> PhantomData<*mut T> {
    PhantomData
}

/// Of these two there is one, and no coercion of the other.
pub const fn alike<T: ?Sized>(_: PhantomData<*mut T>, _: PhantomData<*mut T>) {}

/// Something given as an option.
#[derive(Debug)]
pub struct Given;

#[diagnostic::do_not_recommend]
impl<H: BuildHasher + Default + 'static> Hashers<H> for Given {
    type Type = H;
    type Same<T> = T;
}

/// Never applies. But of one impl the compiler takes the bounds for granted, reports them later and goes on
/// with `H`; of two it asks first which applies.
#[diagnostic::do_not_recommend]
impl<H> Hashers<H> for Given
where
    PhantomData<H>: Never,
{
    type Type = DefaultHashBuilder;
    type Same<T> = T;
}

/// Implemented for nothing.
pub trait Never {}

/// What an interned type is made of: its key, as references, and the handle that its constructors return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not interned\n\
        help: put `#[interned]` on `{Self}`",
    label = "has no registry"
)]
pub trait KeyFields {
    /// Always `HandleTo<Self>`, which is no bound here: this asks less of a generic type.
    type Handle;
    /// Always `KeyOf<'a, Self>`, which is no bound here: this asks less of a generic type.
    type Key<'a>;
    /// The same, where it is a struct with a field for each key field, which `by(…)` fills in.
    type Fields<'a>;
}

/// What `by(…)` meets on an enum. The compiler says the name, and that it has no such field.
#[derive(Debug)]
pub struct EnumsHaveNoKeyFields {}

// One error is enough.
impl<'a, T: 'a> KeyOf<'a, T> for EnumsHaveNoKeyFields {
    fn of(_: &'a T) -> Self {
        Self {}
    }
    fn hash<H: Hasher>(&self, _: &mut H) {}
    fn eq(&self, _: &T) -> bool {
        false
    }
}

/// What the constructors of `T` return.
pub type HandleOf<T> = <T as KeyFields>::Handle;

/// A handle on values of `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not interned\n\
        help: put `#[interned]` on `{T}`",
    label = "has no registry"
)]
pub trait HandleTo<T: ?Sized>: Sized {
    /// The living value with the key of this one, or else this one. `missed`: its key was looked up before it was
    /// made, which is counted already.
    fn intern(value: T, missed: bool) -> Self
    where
        T: Sized;

    /// The value of this key, if one lives.
    fn find_by<'a, K: KeyOf<'a, T>>(key: &K) -> Option<Self>
    where
        T: 'a;
}

impl<T: ?Sized + Intern> HandleTo<T> for Interned<T> {
    #[inline]
    fn intern(value: T, missed: bool) -> Self
    where
        T: Sized,
    {
        if missed { registry::place(value) } else { value.intern() }
    }

    #[inline]
    fn find_by<'a, K: KeyOf<'a, T>>(key: &K) -> Option<Self>
    where
        T: 'a,
    {
        registry::find(&AtHand(key))
    }
}

/// The key of a type that has none: of one value at most, or of none.
#[derive(Debug)]
pub struct NoKey {}

impl<'a, T: ?Sized + 'a> KeyOf<'a, T> for NoKey {
    #[inline]
    fn of(_: &'a T) -> Self {
        Self {}
    }

    #[inline]
    fn hash<H: Hasher>(&self, _: &mut H) {}

    #[inline]
    fn eq(&self, _: &T) -> bool {
        true
    }
}

/// What can be done with the key of a `T`.
pub trait KeyOf<'a, T: ?Sized + 'a>: Sized {
    fn of(value: &'a T) -> Self;
    fn hash<H: Hasher>(&self, state: &mut H);
    /// How many elements the last field of a `T` has, if that has no fixed size.
    #[inline]
    fn tail_len(&self) -> usize {
        0
    }
    /// Whether it is that of `value`.
    fn eq(&self, value: &T) -> bool;
}

/// The key of an enum without key fields: the place of the variant.
#[derive(Debug)]
pub struct Variant(pub u32);

/// `T`, in words that mention `Unused`: a generic struct must use all its parameters.
pub trait Same<Unused: ?Sized> {
    type Type: ?Sized;
}

impl<T: ?Sized, Unused: ?Sized> Same<Unused> for T {
    type Type = T;
}

/// What a constructor of one's own ends in, `V`: a `T` to intern, or a handle on one already.
///
/// A body that never ends, or only in an error, leaves `V` open. Method look-up prefers the inherent
/// method, which then settles it as `T`.
pub struct Candidate<T: ?Sized, V> {
    value: V,
    /// Whether its key was looked up before it was made.
    missed: bool,
    of: PhantomData<fn() -> T>,
}

impl<T: ?Sized, V> Candidate<T, V> {
    #[inline]
    pub const fn new(value: V) -> Self {
        Self { value, missed: false, of: PhantomData }
    }

    /// One whose key was looked up and not found, which is counted already.
    #[inline]
    pub const fn missed(value: V) -> Self {
        Self { value, missed: true, of: PhantomData }
    }
}

// What comes of it, `R`, is what the constructor returns. That is open here: where it is an error, none follows.
#[expect(clippy::mismatching_type_param_order, reason = "one type twice is the point")]
impl<T> Candidate<T, T> {
    #[inline]
    pub fn into_handle<R: HandleTo<T>>(self) -> R {
        R::intern(self.value, self.missed)
    }
}

/// The same for candidates that are no `T`.
pub trait HandleCandidate<T: ?Sized, V> {
    fn into_handle<R>(self) -> R
    where
        V: IntoHandle<T, R>;
}

impl<T: ?Sized, V> HandleCandidate<T, V> for Candidate<T, V> {
    #[inline]
    fn into_handle<R>(self) -> R
    where
        V: IntoHandle<T, R>,
    {
        self.value.into_handle(self.missed)
    }
}

#[diagnostic::on_unimplemented(
    message = "this constructor ends in a `{Self}`\n\
        help: end the body in a `{T}`, or in what another constructor of `{T}` returned",
    label = "expected a `{T}` or a handle on one"
)]
pub trait IntoHandle<T: ?Sized, R> {
    fn into_handle(self, missed: bool) -> R;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized, R: From<Self>> IntoHandle<T, R> for Interned<T> {
    #[inline]
    fn into_handle(self, _: bool) -> R {
        self.into()
    }
}

/// Where the body is a function of its own, which says no more of what it returns than that it is one of these.
#[diagnostic::do_not_recommend]
impl<T, R: HandleTo<T>> IntoHandle<T, R> for T {
    #[inline]
    fn into_handle(self, missed: bool) -> R {
        R::intern(self, missed)
    }
}

#[inline]
pub fn hash_key<T, H: Hasher>(value: &T, state: &mut H)
where
    T: ?Sized + KeyFields + 'static,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
{
    T::Key::of(value).hash(state);
}

#[inline]
pub fn eq_key<T>(value: &T, other: &T) -> bool
where
    T: ?Sized + KeyFields + 'static,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
{
    T::Key::of(value).eq(other)
}

/// Arguments, of which `key` is the key, and what `make` makes of them.
struct ByKey<A, K, M> {
    args: A,
    key: K,
    make: M,
}

impl<T, A, K, M> Ask<T> for ByKey<A, K, M>
where
    T: Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
    K: for<'a> Fn(&'a A) -> T::Key<'a>,
{
    #[inline]
    fn hash(&self, state: &mut HasherOf<T>) {
        (self.key)(&self.args).hash(state);
    }

    #[inline]
    fn eq(&self, value: &T) -> bool {
        (self.key)(&self.args).eq(value)
    }
}

impl<T, A, K, M> Make<T> for ByKey<A, K, M>
where
    T: Intern,
    Self: Ask<T>,
    M: FnOnce(A) -> T,
{
    #[inline]
    fn place(self, entries: Begun<'_, T, T::Hasher>, hash: u64) -> (Strong<T>, bool) {
        entries.place(hash, (self.make)(self.args), true)
    }
}

/// Arguments, of which `tail` becomes the last field of a value, which has no fixed size.
struct Tailed<A, B, K, M, S> {
    args: A,
    tail: B,
    key: K,
    /// Makes the head of a value.
    make: M,
    /// The key of a value in two parts.
    same: S,
}

impl<T, A, B, K, M, S> Ask<T> for Tailed<A, B, K, M, S>
where
    T: ?Sized + Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
    B: TailArg<T::Tail>,
    K: for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
{
    #[inline]
    fn hash(&self, state: &mut HasherOf<T>) {
        (self.key)(&self.args, self.tail.as_tail()).hash(state);
    }

    #[inline]
    fn tail_len(&self) -> usize {
        self.tail.as_tail().elements().len()
    }

    #[inline]
    fn eq(&self, value: &T) -> bool {
        (self.key)(&self.args, self.tail.as_tail()).eq(value)
    }
}

impl<T, A, B, K, M, S> Make<T> for Tailed<A, B, K, M, S>
where
    T: ?Sized + Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
    Self: Ask<T>,
    B: TailArg<T::Tail>,
    M: FnOnce(A, &T::Tail) -> T::Head,
    S: for<'a> Fn(&'a T::Head, &'a T::Tail) -> T::Key<'a>,
{
    #[inline]
    fn place(self, entries: Begun<'_, T, T::Hasher>, hash: u64) -> (Strong<T>, bool) {
        let Self { args, tail, make, same, .. } = self;
        let head = make(args, tail.as_tail());
        entries.place_parts(hash, head, tail.into_source(), |value, head, tail| same(head, tail).eq(value))
    }
}

/// A key that is at hand.
struct AtHand<'k, K>(&'k K);

impl<'k, T: ?Sized + Intern, K: KeyOf<'k, T>> Ask<T> for AtHand<'_, K> {
    #[inline]
    fn hash(&self, state: &mut HasherOf<T>) {
        self.0.hash(state);
    }

    #[inline]
    fn tail_len(&self) -> usize {
        self.0.tail_len()
    }

    #[inline]
    fn eq(&self, value: &T) -> bool {
        self.0.eq(value)
    }
}

// Functions, not methods of the trait: calling one of those would report once more what `Intern` asks.
#[inline]
pub fn find_by<'a, T, K, R>(key: &K) -> Option<R>
where
    T: ?Sized + 'a,
    K: KeyOf<'a, T>,
    R: HandleTo<T>,
{
    R::find_by(key)
}

/// The value of the `key` of `args`, or else what `make` makes of them.
#[inline]
pub fn find_or_make<T, A>(
    args: A,
    key: impl for<'a> Fn(&'a A) -> T::Key<'a>,
    make: impl FnOnce(A) -> T,
) -> Interned<T>
where
    T: Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
{
    registry::find_or_make(ByKey { args, key, make })
}

/// As [`find_or_make`], and whether this call registered the value.
pub fn find_or_make_is_new<T, A>(
    args: A,
    key: impl for<'a> Fn(&'a A) -> T::Key<'a>,
    make: impl FnOnce(A) -> T,
) -> (Interned<T>, bool)
where
    T: Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
{
    registry::find_or_make_is_new(ByKey { args, key, make })
}

/// The value of the `key` of these arguments, of which `tail` becomes the last field, or else a new one: of the head
/// that `make` makes, and the tail. `same` is the key of these two.
#[inline]
pub fn find_or_make_tailed<T, A, B>(
    args: A,
    tail: B,
    key: impl for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
    make: impl FnOnce(A, &T::Tail) -> T::Head,
    same: impl for<'a> Fn(&'a T::Head, &'a T::Tail) -> T::Key<'a>,
) -> Interned<T>
where
    T: ?Sized + Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
    B: TailArg<T::Tail>,
{
    registry::find_or_make(Tailed { args, tail, key, make, same })
}

/// As [`find_or_make_tailed`], and whether this call registered the value.
pub fn find_or_make_tailed_is_new<T, A, B>(
    args: A,
    tail: B,
    key: impl for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
    make: impl FnOnce(A, &T::Tail) -> T::Head,
    same: impl for<'a> Fn(&'a T::Head, &'a T::Tail) -> T::Key<'a>,
) -> (Interned<T>, bool)
where
    T: ?Sized + Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
    B: TailArg<T::Tail>,
{
    registry::find_or_make_is_new(Tailed { args, tail, key, make, same })
}

/// The value of the `key` of these arguments, if one lives.
#[inline]
pub fn find_tailed<T, A, B>(
    args: A,
    tail: B,
    key: impl for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
) -> Option<Interned<T>>
where
    T: ?Sized + Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
    B: TailArg<T::Tail>,
{
    let asked = Tailed { args, tail, key, make: (), same: () };
    let found = registry::find(&asked);
    // As in `find`.
    drop(asked);
    found
}

/// The value of the `key` of `args`, if one lives.
#[inline]
pub fn find<T, A>(args: A, key: impl for<'a> Fn(&'a A) -> T::Key<'a>) -> Option<Interned<T>>
where
    T: Intern + KeyFields,
    for<'a> T::Key<'a>: KeyOf<'a, T>,
{
    let asked = ByKey { args, key, make: () };
    let found = registry::find(&asked);
    // While what was found is still a local: if that panics, the handle is not lost.
    drop(asked);
    found
}

/// The same on one thread.
#[cfg(not(loom))]
pub mod local {
    pub use crate::rc::ThreadSlot;
    pub use crate::registry::local::{InternLocal, LocalInterned, LocalRegistry};

    use super::{AtHand, ByKey, HandleTo, IntoHandle, KeyFields, KeyOf, Tailed};
    use crate::key_arg::TailArg;
    use crate::rc::{LocalBegun, LocalStrong, Tail};
    use crate::registry::local::{self, Ask, Make};
    use std::hash::BuildHasher;

    type HasherOf<T> = <<T as InternLocal>::Hasher as BuildHasher>::Hasher;
    type Entries<'a, T> = LocalBegun<'a, T, <T as InternLocal>::Hasher>;

    impl<T: ?Sized + InternLocal> HandleTo<T> for LocalInterned<T> {
        #[inline]
        fn intern(value: T, missed: bool) -> Self
        where
            T: Sized,
        {
            if missed { local::place(value) } else { value.intern() }
        }

        #[inline]
        fn find_by<'a, K: KeyOf<'a, T>>(key: &K) -> Option<Self>
        where
            T: 'a,
        {
            local::find(&AtHand(key))
        }
    }

    #[diagnostic::do_not_recommend]
    impl<T: ?Sized, R: From<Self>> IntoHandle<T, R> for LocalInterned<T> {
        #[inline]
        fn into_handle(self, _: bool) -> R {
            self.into()
        }
    }

    impl<'k, T: ?Sized + InternLocal, K: KeyOf<'k, T>> Ask<T> for AtHand<'_, K> {
        #[inline]
        fn hash(&self, state: &mut HasherOf<T>) {
            self.0.hash(state);
        }

        #[inline]
        fn tail_len(&self) -> usize {
            self.0.tail_len()
        }

        #[inline]
        fn eq(&self, value: &T) -> bool {
            self.0.eq(value)
        }
    }

    impl<T, A, K, M> Ask<T> for ByKey<A, K, M>
    where
        T: InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
        K: for<'a> Fn(&'a A) -> T::Key<'a>,
    {
        #[inline]
        fn hash(&self, state: &mut HasherOf<T>) {
            (self.key)(&self.args).hash(state);
        }

        #[inline]
        fn eq(&self, value: &T) -> bool {
            (self.key)(&self.args).eq(value)
        }
    }

    impl<T, A, K, M> Make<T> for ByKey<A, K, M>
    where
        T: InternLocal,
        Self: Ask<T>,
        M: FnOnce(A) -> T,
    {
        fn place(self, entries: Entries<'_, T>, hash: u64) -> (LocalStrong<T>, bool) {
            entries.place(hash, (self.make)(self.args), true)
        }
    }

    impl<T, A, B, K, M, S> Ask<T> for Tailed<A, B, K, M, S>
    where
        T: ?Sized + InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
        B: TailArg<T::Tail>,
        K: for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
    {
        #[inline]
        fn hash(&self, state: &mut HasherOf<T>) {
            (self.key)(&self.args, self.tail.as_tail()).hash(state);
        }

        #[inline]
        fn tail_len(&self) -> usize {
            self.tail.as_tail().elements().len()
        }

        #[inline]
        fn eq(&self, value: &T) -> bool {
            (self.key)(&self.args, self.tail.as_tail()).eq(value)
        }
    }

    impl<T, A, B, K, M, S> Make<T> for Tailed<A, B, K, M, S>
    where
        T: ?Sized + InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
        Self: Ask<T>,
        B: TailArg<T::Tail>,
        M: FnOnce(A, &T::Tail) -> T::Head,
        S: for<'a> Fn(&'a T::Head, &'a T::Tail) -> T::Key<'a>,
    {
        fn place(self, entries: Entries<'_, T>, hash: u64) -> (LocalStrong<T>, bool) {
            let Self { args, tail, make, same, .. } = self;
            let head = make(args, tail.as_tail());
            entries
                .place_parts(hash, head, tail.into_source(), |value, head, tail| same(head, tail).eq(value))
        }
    }

    /// The value of the `key` of `args`, or else what `make` makes of them.
    #[inline]
    pub fn find_or_make<T, A>(
        args: A,
        key: impl for<'a> Fn(&'a A) -> T::Key<'a>,
        make: impl FnOnce(A) -> T,
    ) -> LocalInterned<T>
    where
        T: InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
    {
        local::find_or_make(ByKey { args, key, make })
    }

    /// As [`find_or_make`], and whether this call registered the value.
    pub fn find_or_make_is_new<T, A>(
        args: A,
        key: impl for<'a> Fn(&'a A) -> T::Key<'a>,
        make: impl FnOnce(A) -> T,
    ) -> (LocalInterned<T>, bool)
    where
        T: InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
    {
        local::find_or_make_is_new(ByKey { args, key, make })
    }

    /// The value of the `key` of `args`, if one lives.
    #[inline]
    pub fn find<T, A>(args: A, key: impl for<'a> Fn(&'a A) -> T::Key<'a>) -> Option<LocalInterned<T>>
    where
        T: InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
    {
        let asked = ByKey { args, key, make: () };
        let found = local::find(&asked);
        // While what was found is still a local: if that panics, the handle is not lost.
        drop(asked);
        found
    }

    /// The value of the `key` of these arguments, of which `tail` becomes the last field, or else a new one.
    #[inline]
    pub fn find_or_make_tailed<T, A, B>(
        args: A,
        tail: B,
        key: impl for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
        make: impl FnOnce(A, &T::Tail) -> T::Head,
        same: impl for<'a> Fn(&'a T::Head, &'a T::Tail) -> T::Key<'a>,
    ) -> LocalInterned<T>
    where
        T: ?Sized + InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
        B: TailArg<T::Tail>,
    {
        local::find_or_make(Tailed { args, tail, key, make, same })
    }

    /// As [`find_or_make_tailed`], and whether this call registered the value.
    pub fn find_or_make_tailed_is_new<T, A, B>(
        args: A,
        tail: B,
        key: impl for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
        make: impl FnOnce(A, &T::Tail) -> T::Head,
        same: impl for<'a> Fn(&'a T::Head, &'a T::Tail) -> T::Key<'a>,
    ) -> (LocalInterned<T>, bool)
    where
        T: ?Sized + InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
        B: TailArg<T::Tail>,
    {
        local::find_or_make_is_new(Tailed { args, tail, key, make, same })
    }

    /// The value of the `key` of these arguments, if one lives.
    #[inline]
    pub fn find_tailed<T, A, B>(
        args: A,
        tail: B,
        key: impl for<'a> Fn(&'a A, &'a T::Tail) -> T::Key<'a>,
    ) -> Option<LocalInterned<T>>
    where
        T: ?Sized + InternLocal + KeyFields,
        for<'a> T::Key<'a>: KeyOf<'a, T>,
        B: TailArg<T::Tail>,
    {
        let asked = Tailed { args, tail, key, make: (), same: () };
        let found = local::find(&asked);
        drop(asked);
        found
    }
}

/// What is named by the code of items.
pub mod fingerprint {
    pub use crate::fingerprint::{Code, Fingerprinted, without};
    pub use core::primitive::{u64, u128};
}

/// The caches behind `#[memoize]`.
pub mod memo {
    pub use crate::fingerprint::{Code, Fingerprinted, without};
    use crate::handle::AsHandle;
    pub use crate::memo::*;

    pub use super::{DefaultHashBuilder, Given, Hashers};
    // All that an expansion names, by paths that are short.
    pub use core::primitive::{bool, f64, u32, u64, u128, usize};
    pub use core::{concat, module_path};
    pub use std::borrow::{Borrow, ToOwned};
    pub use std::clone::Clone;
    pub use std::iter::Iterator;
    pub use std::mem::drop;
    pub use std::ops::{FnMut, FnOnce};
    pub use std::option::Option;
    pub use std::pin::pin;
    pub use std::rc::Rc;
    pub use std::result::Result;
    pub use std::string::String;
    pub use std::thread_local;
    pub use std::time::Duration;

    /// The traits of which method look-up chooses, without names that could hide the user's.
    pub mod look_up {
        #[cfg(feature = "store")]
        pub use super::{Codes as _, CodesNothing as _, IsAsyncStore as _, IsNoStore as _, IsStore as _};
        pub use super::{
            FitsCounted as _, FitsLocalCounted as _, FitsLocalReferent as _, FitsLocalValue as _,
            FitsLocalWeakKey as _, FitsLocalWhole as _, FitsNoWeakKey as _, FitsNot as _, FitsNotWhole as _,
            FitsPlain as _, FitsPlainReferent as _, FitsReferent as _, FitsValue as _, FitsWeakKey as _,
            FitsWhole as _, KeepsCopy as _, KeepsLocalStrong as _, KeepsLocalWeak as _, KeepsNothing as _,
            KeepsStrong as _, KeepsWeak as _, ProbeAny as _, ProbeErrToo as _, ProbeResult as _,
            ProbeShared as _,
        };
    }

    /// What an argument is stored as of which the key has a reference to a `T`.
    pub type OwnedOf<T> = <Given as Owns<'static, T>>::Owned;

    /// In words that are no error of their own where an argument cannot be stored: a control asks it as a bound, which
    /// is not checked before it is called, as there is a lifetime in it.
    pub trait Owns<'a, T: ?Sized> {
        type Owned: 'static;
    }

    impl<T: ?Sized + ToOwned<Owned: 'static>> Owns<'_, T> for Given {
        type Owned = T::Owned;
    }

    /// What an argument that is held weakly is shown as. As [`OwnedOf`].
    pub type HandleOf<N> = <Given as Handles<'static, N>>::Handle;

    /// As [`Owns`].
    pub trait Handles<'a, N: ?Sized> {
        type Handle: 'static;
    }

    impl<N: ?Sized + AsHandle<Handle: 'static>> Handles<'_, N> for Given {
        type Handle = N::Handle;
    }

    /// What is in the `Ok` of a result. The lifetime is there for a bound that is not checked before there is one.
    #[diagnostic::on_unimplemented(
        message = "`retain` cannot show what is kept of a `{Self}`: it is called `Result`, and is none",
        label = "not a `std::result::Result`"
    )]
    pub trait OkOf<'a> {
        type Ok: 'static;
    }

    impl<T: 'static, E> OkOf<'_> for Result<T, E> {
        type Ok = T;
    }

    pub use crate::tags::{Tag, TagValue};

    /// A tag as it is now.
    #[inline]
    pub fn tag<T: TagValue>(value: T) -> Tag {
        Tag::new(value)
    }

    /// Tags, of any number.
    #[must_use]
    pub fn tags<const N: usize>(tags: [Tag; N]) -> Vec<Tag> {
        tags.into()
    }

    /// A tag as it is now, here and in stores.
    #[cfg(feature = "store")]
    pub fn stored_tag<T: StoredTagValue>(value: T) -> StoredTag {
        StoredTag::new(value)
    }

    /// Such tags, of any number.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn stored_tags<const N: usize>(tags: [StoredTag; N]) -> Vec<StoredTag> {
        tags.into()
    }

    #[cfg(feature = "store")]
    pub use crate::store::Namespace;

    /// The loan that an argument is, of a handle that was kept for a while.
    #[must_use]
    pub fn loan_of<T: ?Sized>(handle: &super::Interned<T>) -> super::InternedRef<'_, T> {
        super::Interned::borrow(handle)
    }

    /// A reference to an argument.
    pub type Lent<'a, T> = &'a T;

    /// A condition that the compiler takes for one.
    pub const ALWAYS: bool = true;

    /// What stands behind a condition that always holds.
    #[must_use]
    pub fn never<R>() -> R {
        unreachable!("the condition always holds")
    }

    /// Keeps every result.
    #[inline]
    #[must_use]
    pub const fn always<R>(_: &R) -> bool {
        true
    }

    /// What `spawn` may be.
    #[diagnostic::on_unimplemented(
        message = "`spawn` takes a function that is given a future and sees that it is polled\n\
            help: write `spawn = tokio::spawn`, or `spawn = |future| …`",
        label = "not a function that takes a future"
    )]
    pub trait Spawner<F, R>: FnOnce(F) -> R {}

    #[diagnostic::do_not_recommend]
    impl<F, R, S: FnOnce(F) -> R> Spawner<F, R> for S {}

    /// Hands a future to who runs it.
    #[inline]
    pub fn spawn<F: Future<Output = ()>, R, S: Spawner<F, R>>(future: F, spawner: S) {
        // Of a handle on a task nobody could make use.
        drop(spawner(future));
    }

    /// What `cache_if` may be.
    #[diagnostic::on_unimplemented(
        message = "`cache_if` takes a function of the result that says whether to keep it\n\
            help: write `cache_if = |value| …`, or the path of such a function",
        label = "not a function from `&{R}` to `bool`"
    )]
    pub trait Predicate<R>: FnOnce(&R) -> bool {}

    #[diagnostic::do_not_recommend]
    impl<R, F: FnOnce(&R) -> bool> Predicate<R> for F {}

    /// Whether the predicate holds.
    #[inline]
    pub fn holds<R, F: Predicate<R>>(result: &R, predicate: F) -> bool {
        predicate(result)
    }
}
