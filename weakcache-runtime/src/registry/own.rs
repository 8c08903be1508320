//! Handles of users' own, around one of ours.
#![forbid(unsafe_code)]

/// A handle of a user's own, around `Inner`.
pub trait Newtype: Sized {
    /// The handle in it.
    type Inner;

    /// With this handle in it.
    fn new(inner: Self::Inner) -> Self;

    /// The handle in it.
    fn inner(&self) -> &Self::Inner;

    /// The handle that was in it.
    fn into_inner(self) -> Self::Inner;
}

/// For weak containers.
#[cfg(all(not(loom), feature = "weak-containers"))]
impl<H> crate::handle::Quiet for H where
    H: Newtype<Inner: crate::handle::Quiet> + crate::handle::Handle<Weak: Send + Sync + 'static>
{
}

/// What a `handle = Term` has beside its definition: all that the handle in it has, but the order.
///
/// The field in it has a name, and one that nobody writes: `.0` and every other field is then the value's, by `Deref`, also
/// where a private one of the handle would be in reach.
///
/// Takes the generics of an impl, the type, the handle in it, what that leads to, and predicates. A bound of which no
/// type parameter is part is to be one of a lifetime all the same: without it the compiler asks at once whether it holds.
#[doc(hidden)]
#[macro_export]
macro_rules! __weakcache_handle {
    ([$($generics:tt)*] $handle:ty, $inner:ty, $value:ty, [$($bounds:tt)*]) => {
        $crate::__weakcache_newtype! { [$($generics)*] $handle, $inner, [$($bounds)*] }

        impl<$($generics)*> $crate::__private::core::ops::Deref for $handle
        where
            $($bounds)*
        {
            type Target = $value;

            #[inline]
            fn deref(&self) -> &$value {
                $crate::__private::Newtype::inner(self)
            }
        }

        impl<$($generics)*> $crate::__private::core::convert::AsRef<$value> for $handle
        where
            $($bounds)*
        {
            #[inline]
            fn as_ref(&self) -> &$value {
                $crate::__private::Newtype::inner(self)
            }
        }

        impl<$($generics)*> $crate::__private::core::convert::AsRef<$inner> for $handle
        where
            $($bounds)*
        {
            #[inline]
            fn as_ref(&self) -> &$inner {
                $crate::__private::Newtype::inner(self)
            }
        }

        impl<$($generics)*> $crate::__private::core::fmt::Debug for $handle
        where
            $($bounds)*
            for<'__weakcache> $inner: $crate::__private::core::fmt::Debug,
        {
            fn fmt(
                &self,
                f: &mut $crate::__private::core::fmt::Formatter<'_>,
            ) -> $crate::__private::core::fmt::Result {
                $crate::__private::core::fmt::Debug::fmt($crate::__private::Newtype::inner(self), f)
            }
        }

        impl<$($generics)*> $crate::__private::core::fmt::Display for $handle
        where
            $($bounds)*
            for<'__weakcache> $inner: $crate::__private::core::fmt::Display,
        {
            fn fmt(
                &self,
                f: &mut $crate::__private::core::fmt::Formatter<'_>,
            ) -> $crate::__private::core::fmt::Result {
                $crate::__private::core::fmt::Display::fmt($crate::__private::Newtype::inner(self), f)
            }
        }

        impl<$($generics)*> $crate::__private::core::error::Error for $handle
        where
            $($bounds)*
            for<'__weakcache> $inner: $crate::__private::core::error::Error,
        {
            fn source(
                &self,
            ) -> $crate::__private::core::option::Option<&(dyn $crate::__private::core::error::Error + 'static)>
            {
                $crate::__private::core::error::Error::source($crate::__private::Newtype::inner(self))
            }
        }

        impl<$($generics)*> $crate::__private::core::default::Default for $handle
        where
            $($bounds)*
            for<'__weakcache> $inner: $crate::__private::core::default::Default,
        {
            /// The default of the value, interned.
            fn default() -> Self {
                $crate::__private::Newtype::new($crate::__private::core::default::Default::default())
            }
        }

        impl<$($generics)*> $crate::__private::core::convert::From<$value> for $handle
        where
            $($bounds)*
            for<'__weakcache> $value: $crate::__private::core::marker::Sized,
            for<'__weakcache> $inner: $crate::__private::core::convert::From<$value>,
        {
            /// Interns the value.
            #[inline]
            fn from(value: $value) -> Self {
                $crate::__private::Newtype::new($crate::__private::core::convert::From::from(value))
            }
        }

        impl<$($generics)*> $crate::__private::HandleTo<$value> for $handle
        where
            $($bounds)*
            for<'__weakcache> $inner: $crate::__private::HandleTo<$value>,
        {
            #[inline]
            fn intern(value: $value, missed: $crate::__private::core::primitive::bool) -> Self
            where
                for<'__weakcache> $value: $crate::__private::core::marker::Sized,
            {
                $crate::__private::Newtype::new($crate::__private::HandleTo::intern(value, missed))
            }

            #[inline]
            fn find_by<'__weakcache, __WeakcacheK: $crate::__private::KeyOf<'__weakcache, $value>>(
                key: &__WeakcacheK,
            ) -> $crate::__private::core::option::Option<Self>
            where
                $value: '__weakcache,
            {
                <$inner as $crate::__private::HandleTo<$value>>::find_by(key)
                    .map($crate::__private::Newtype::new)
            }
        }

        impl<$($generics)*> $crate::__private::IntoHandle<$value, $handle> for $handle
        where
            $($bounds)*
        {
            #[inline]
            fn into_handle(self, _: $crate::__private::core::primitive::bool) -> $handle {
                self
            }
        }

        // By address.

        $crate::__weakcache_handle_serde! { [$($generics)*] $handle, $inner, [$($bounds)*] }
    };
}

/// What every newtype around a handle has: what is about the handle, and not about the value.
#[doc(hidden)]
#[macro_export]
macro_rules! __weakcache_newtype {
    ([$($generics:tt)*] $handle:ty, $inner:ty, [$($bounds:tt)*]) => {
        impl<$($generics)*> $crate::__private::Newtype for $handle
        where
            $($bounds)*
        {
            type Inner = $inner;

            #[inline]
            fn new(inner: $inner) -> Self {
                Self { __weakcache_inner: inner }
            }

            #[inline]
            fn inner(&self) -> &$inner {
                &self.__weakcache_inner
            }

            #[inline]
            fn into_inner(self) -> $inner {
                self.__weakcache_inner
            }
        }

        impl<$($generics)*> $crate::__private::core::clone::Clone for $handle
        where
            $($bounds)*
        {
            /// Another handle on the same value: one increment.
            #[inline]
            fn clone(&self) -> Self {
                $crate::__private::Newtype::new($crate::__private::core::clone::Clone::clone($crate::__private::Newtype::inner(self)))
            }
        }

        impl<$($generics)*> $crate::__private::core::cmp::PartialEq for $handle
        where
            $($bounds)*
        {
            /// By address, O(1).
            #[inline]
            fn eq(&self, other: &Self) -> $crate::__private::core::primitive::bool {
                $crate::__private::Newtype::inner(self) == $crate::__private::Newtype::inner(other)
            }
        }

        impl<$($generics)*> $crate::__private::core::cmp::Eq for $handle
        where
            $($bounds)*
        {
        }

        impl<$($generics)*> $crate::__private::core::hash::Hash for $handle
        where
            $($bounds)*
        {
            /// By address, O(1).
            #[inline]
            fn hash<__WeakcacheH: $crate::__private::Hasher>(&self, state: &mut __WeakcacheH) {
                $crate::__private::core::hash::Hash::hash($crate::__private::Newtype::inner(self), state);
            }
        }

        impl<$($generics)*> $crate::__private::core::fmt::Pointer for $handle
        where
            $($bounds)*
        {
            fn fmt(
                &self,
                f: &mut $crate::__private::core::fmt::Formatter<'_>,
            ) -> $crate::__private::core::fmt::Result {
                $crate::__private::core::fmt::Pointer::fmt($crate::__private::Newtype::inner(self), f)
            }
        }

        impl<$($generics)*> $crate::__private::core::convert::From<$inner> for $handle
        where
            $($bounds)*
        {
            #[inline]
            fn from(inner: $inner) -> Self {
                $crate::__private::Newtype::new(inner)
            }
        }

        impl<$($generics)*> $crate::__private::core::convert::From<$handle> for $inner
        where
            $($bounds)*
        {
            #[inline]
            fn from(handle: $handle) -> Self {
                $crate::__private::Newtype::into_inner(handle)
            }
        }

        impl<$($generics)*> $crate::__private::Handle for $handle
        where
            $($bounds)*
        {
            type Weak = <$inner as $crate::__private::Handle>::Weak;

            #[inline]
            fn downgrade(&self) -> Self::Weak {
                $crate::__private::Handle::downgrade($crate::__private::Newtype::inner(self))
            }

            #[inline]
            fn upgrade(weak: &Self::Weak) -> $crate::__private::core::option::Option<Self> {
                <$inner as $crate::__private::Handle>::upgrade(weak)
                    .map($crate::__private::Newtype::new)
            }

            #[inline]
            fn is_dead(weak: &Self::Weak) -> $crate::__private::core::primitive::bool {
                <$inner as $crate::__private::Handle>::is_dead(weak)
            }

            #[inline]
            fn address(&self) -> *const () {
                $crate::__private::Handle::address($crate::__private::Newtype::inner(self))
            }

            #[inline]
            fn weak_address(weak: &Self::Weak) -> *const () {
                <$inner as $crate::__private::Handle>::weak_address(weak)
            }
        }

        impl<$($generics)*> $crate::__private::AsHandle for $handle
        where
            $($bounds)*
        {
            type Handle = Self;

            #[inline]
            fn as_handle(&self) -> &Self {
                self
            }
        }

        impl<$($generics)*> $crate::__private::Plain for $handle
        where
            $($bounds)*
        {
        }
    };
}

/// The same with serde: as the handle in it.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! __weakcache_handle_serde {
    ([$($generics:tt)*] $handle:ty, $inner:ty, [$($bounds:tt)*]) => {
        impl<$($generics)*> $crate::__private::serde::Serialize for $handle
        where
            $($bounds)*
            for<'__weakcache> $inner: $crate::__private::serde::Serialize,
        {
            fn serialize<__WeakcacheS: $crate::__private::serde::Serializer>(
                &self,
                serializer: __WeakcacheS,
            ) -> $crate::__private::core::result::Result<__WeakcacheS::Ok, __WeakcacheS::Error> {
                $crate::__private::serde::Serialize::serialize($crate::__private::Newtype::inner(self), serializer)
            }
        }

        impl<'de, $($generics)*> $crate::__private::serde::Deserialize<'de> for $handle
        where
            $($bounds)*
            $inner: $crate::__private::serde::Deserialize<'de>,
        {
            fn deserialize<__WeakcacheD: $crate::__private::serde::Deserializer<'de>>(
                deserializer: __WeakcacheD,
            ) -> $crate::__private::core::result::Result<Self, __WeakcacheD::Error> {
                $crate::__private::core::result::Result::map(
                    $crate::__private::serde::Deserialize::deserialize(deserializer),
                    $crate::__private::Newtype::new,
                )
            }
        }
    };
}

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __weakcache_handle_serde {
    ($($given:tt)*) => {};
}

#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __weakcache_read {
    ($($given:tt)*) => {};
}
