//! Written as the value; interned when read.
#![forbid(unsafe_code)]

use std::fmt;
use std::hash::Hash;

use serde_core::de::{Error, Unexpected, Visitor};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(not(loom))]
use super::local::{InternLocal, LocalInterned};
use super::{Intern, Interned, InternedRef, Str, Value};
use crate::rc::Stored;

impl<T: ?Sized + Stored + Serialize> Serialize for Interned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<T: ?Sized + Stored + Serialize> Serialize for InternedRef<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: ?Sized + Read<'de, Self>> Deserialize<'de> for Interned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer)
    }
}

/// An interned type that can be read, and is then an `R`: by its own `Deserialize`, or where it has no fixed size by its fields, owned.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be read\n\
        help: derive `Deserialize` for `{Self}`; where its last field is `str`, `[T]` or the like, for what its fields are",
    label = "cannot be deserialized"
)]
pub trait Read<'de, R> {
    /// Reads a value and interns it.
    ///
    /// # Errors
    ///
    /// If it is not written as such a value is.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<R, D::Error>;
}

#[diagnostic::do_not_recommend]
impl<'de, T: Intern + Deserialize<'de>> Read<'de, Interned<T>> for T {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Interned<Self>, D::Error> {
        T::deserialize(deserializer).map(T::intern)
    }
}

/// The text of a [`Str`].
impl<'de> Read<'de, Interned<Self>> for str {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Interned<Self>, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Str;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Str, E> {
                Ok(Str::new(text))
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Str, E> {
                let text = std::str::from_utf8(bytes);
                text.map(Str::new).map_err(|_| E::invalid_value(Unexpected::Bytes(bytes), &self))
            }
        }
        deserializer.deserialize_str(Text).map(Interned::from)
    }
}

impl Serialize for Str {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Str {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Interned::deserialize(deserializer).map(Self::from)
    }
}

impl<T: Serialize> Serialize for Value<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Hash + Eq + Send + Sync + 'static + Deserialize<'de>> Deserialize<'de> for Value<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(not(loom))]
impl<T: ?Sized + Stored + Serialize> Serialize for LocalInterned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

#[cfg(not(loom))]
impl<'de, T: ?Sized + Read<'de, Self>> Deserialize<'de> for LocalInterned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer)
    }
}

#[cfg(not(loom))]
#[diagnostic::do_not_recommend]
impl<'de, T: InternLocal + Deserialize<'de>> Read<'de, LocalInterned<T>> for T {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<LocalInterned<T>, D::Error> {
        T::deserialize(deserializer).map(T::intern)
    }
}
