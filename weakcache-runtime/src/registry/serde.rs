//! Written as the value; interned when read.
#![forbid(unsafe_code)]

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Intern, Interned, InternedRef};
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

impl<'de, T: Intern + Deserialize<'de>> Deserialize<'de> for Interned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(T::intern)
    }
}
