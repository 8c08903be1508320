//! Reading the fields of a struct, as what derives for serde read, where there can be no derive: the struct has no fixed
//! size.
#![forbid(unsafe_code)]
#![allow(clippy::missing_errors_doc, clippy::missing_panics_doc, reason = "called by expansions alone")]

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_core::{Deserialize, Deserializer, forward_to_deserialize_any};

/// How a struct is written.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Of the struct.
    pub name: &'static str,
    /// Of the fields.
    pub fields: &'static [&'static str],
    /// Whether they have no names.
    pub is_tuple: bool,
}

/// The fields of a struct: a list, as `(A, (B, ()))`.
pub trait Fields<'de>: Sized {
    /// Those that were read so far.
    type Read: Default;

    /// All of them, from the one at this place on, one after the other.
    fn from_seq<A: SeqAccess<'de>>(seq: A, at: usize, shape: Shape) -> Result<Self, A::Error>;

    /// The value of the one at this place.
    fn read<A: MapAccess<'de>>(
        read: &mut Self::Read,
        at: usize,
        map: &mut A,
        name: &'static str,
    ) -> Result<(), A::Error>;

    /// All of them, of which the first has the first of these names.
    fn from_read<E: Error>(read: Self::Read, names: &[&'static str]) -> Result<Self, E>;

    /// If there is one, from what it is written as.
    fn from_only<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;

    /// If there are none.
    fn none() -> Option<Self>;
}

impl<'de> Fields<'de> for () {
    type Read = ();

    fn from_seq<A: SeqAccess<'de>>(_: A, _: usize, _: Shape) -> Result<Self, A::Error> {
        Ok(())
    }

    fn read<A: MapAccess<'de>>((): &mut (), _: usize, map: &mut A, _: &'static str) -> Result<(), A::Error> {
        map.next_value().map(|IgnoredAny| ())
    }

    fn from_read<E: Error>((): (), _: &[&'static str]) -> Result<Self, E> {
        Ok(())
    }

    fn from_only<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Ok(())
    }

    fn none() -> Option<Self> {
        Some(())
    }
}

impl<'de, F: Deserialize<'de>, Rest: Fields<'de>> Fields<'de> for (F, Rest) {
    type Read = (Option<F>, Rest::Read);

    fn from_seq<A: SeqAccess<'de>>(mut seq: A, at: usize, shape: Shape) -> Result<Self, A::Error> {
        let field = seq.next_element()?.ok_or_else(|| A::Error::invalid_length(at, &Expected(shape)))?;
        Ok((field, Rest::from_seq(seq, at + 1, shape)?))
    }

    fn read<A: MapAccess<'de>>(
        (field, rest): &mut Self::Read,
        at: usize,
        map: &mut A,
        name: &'static str,
    ) -> Result<(), A::Error> {
        match at.checked_sub(1) {
            Some(at) => Rest::read(rest, at, map, name),
            None if field.is_some() => Err(A::Error::duplicate_field(name)),
            None => {
                *field = Some(map.next_value()?);
                Ok(())
            }
        }
    }

    fn from_read<E: Error>((field, rest): Self::Read, names: &[&'static str]) -> Result<Self, E> {
        let (name, names) = names.split_first().expect("as many names as fields");
        let field = match field {
            Some(field) => field,
            None => F::deserialize(Missing(name, PhantomData))?,
        };
        Ok((field, Rest::from_read(rest, names)?))
    }

    fn from_only<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rest = Rest::none().ok_or_else(|| D::Error::custom("one value for several fields"))?;
        Ok((F::deserialize(deserializer)?, rest))
    }

    fn none() -> Option<Self> {
        None
    }
}

/// A field that is no part of the key: it is made anew.
#[derive(Debug)]
pub struct Ignored;

impl<'de> Deserialize<'de> for Ignored {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Self)
    }
}

/// The deserializer of a field that is not there: only an `Option` and what is ignored can do without.
struct Missing<E>(&'static str, PhantomData<E>);

impl<'de, E: Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.0))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

struct Expected(Shape);

impl serde_core::de::Expected for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shape { name, fields, is_tuple } = self.0;
        let what = if is_tuple { "tuple struct" } else { "struct" };
        write!(f, "{what} {name} with {} elements", fields.len())
    }
}

/// The place of a field among the names, if it is one of them.
struct Name(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(usize::try_from(number).ok().filter(|&number| number < self.0.len()))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|&field| field == name))
    }

    fn visit_bytes<E: Error>(self, name: &[u8]) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|field| field.as_bytes() == name))
    }
}

struct Whole<F>(Shape, PhantomData<F>);

impl<'de, F: Fields<'de>> Visitor<'de> for Whole<F> {
    type Value = F;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shape { name, is_tuple, .. } = self.0;
        write!(f, "{} {name}", if is_tuple { "tuple struct" } else { "struct" })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<F, D::Error> {
        F::from_only(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<F, A::Error> {
        F::from_seq(seq, 0, self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<F, A::Error> {
        let names = self.0.fields;
        let mut read = F::Read::default();
        while let Some(name) = map.next_key_seed(Name(names))? {
            match name {
                Some(at) => F::read(&mut read, at, &mut map, names[at])?,
                None => map.next_value().map(|IgnoredAny| ())?,
            }
        }
        F::from_read(read, names)
    }
}

/// Reads a struct of these fields.
pub fn read_fields<'de, F: Fields<'de>, D: Deserializer<'de>>(
    deserializer: D,
    shape: Shape,
) -> Result<F, D::Error> {
    let Shape { name, fields, is_tuple } = shape;
    let visitor = Whole(shape, PhantomData);
    match (is_tuple, fields.len()) {
        (false, _) => deserializer.deserialize_struct(name, fields, visitor),
        (true, 1) => deserializer.deserialize_newtype_struct(name, visitor),
        (true, len) => deserializer.deserialize_tuple_struct(name, len, visitor),
    }
}

/// An interned struct whose last field has no fixed size is read by its fields, the last one owned.
///
/// Takes the generics of an impl, the type, the handle on it, predicates, the fields as a list of types and as a pattern, names, and what
/// interns them.
#[doc(hidden)]
#[macro_export]
macro_rules! __weakcache_read {
    (
        [$($generics:tt)*] $this:ty, $handle:ty, [$($bounds:tt)*], $name:expr, $is_tuple:literal,
        [$($field:literal)*], $fields:ty, $pattern:pat, $intern:expr
    ) => {
        #[doc(hidden)]
        impl<'__weakcache_de, $($generics)*> $crate::__private::Read<'__weakcache_de, $handle> for $this
        where
            $($bounds)*
        {
            fn read<__WeakcacheD: $crate::__private::serde::Deserializer<'__weakcache_de>>(
                deserializer: __WeakcacheD,
            ) -> $crate::__private::core::result::Result<$handle, __WeakcacheD::Error> {
                let shape =
                    $crate::__private::Shape { name: $name, fields: &[$($field),*], is_tuple: $is_tuple };
                $crate::__private::core::result::Result::map(
                    $crate::__private::read_fields::<$fields, _>(deserializer, shape),
                    |$pattern| $intern,
                )
            }
        }
    };
}
