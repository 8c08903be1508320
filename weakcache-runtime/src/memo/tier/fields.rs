//! Whether serde leaves out fields of a value.
//!
//! What is written by position has a place for each field. A field that is left out shifts the others: they are read
//! again as what they are not, and often without an error, so the bytes do not tell. Serde does.
#![forbid(unsafe_code)]

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// How many fields there are in a value, in those in it too; `None` if some are left out.
pub(super) fn fields(value: &impl Serialize) -> Option<usize> {
    let mut count = 0;
    value.serialize(&mut Fields(&mut count)).ok()?;
    Some(count)
}

struct Fields<'a>(&'a mut usize);

/// That some are.
#[derive(Debug)]
struct LeftOut;

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field is left out")
    }
}

impl std::error::Error for LeftOut {}

impl Error for LeftOut {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Done = Result<(), LeftOut>;

macro_rules! plain {
    ($($method:ident($of:ty))*) => {
        $(fn $method(self, _: $of) -> Done {
            Ok(())
        })*
    };
}

macro_rules! compound {
    ($($Trait:ident::$method:ident($($name:ident: $of:ty)?) $({ $($more:tt)* })?)*) => {
        $(impl $Trait for &mut Fields<'_> {
            type Ok = ();
            type Error = LeftOut;

            fn $method<T: ?Sized + Serialize>(&mut self, $($name: $of,)? value: &T) -> Done {
                value.serialize(&mut Fields(self.0))
            }

            $($($more)*)?

            fn end(self) -> Done {
                Ok(())
            }
        })*
    };
}

compound! {
    SerializeSeq::serialize_element()
    SerializeTuple::serialize_element()
    SerializeTupleStruct::serialize_field()
    SerializeTupleVariant::serialize_field()
    SerializeMap::serialize_key() {
        fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Done {
            value.serialize(&mut Fields(self.0))
        }
    }
    SerializeStruct::serialize_field(_key: &'static str) {
        fn skip_field(&mut self, _: &'static str) -> Done {
            Err(LeftOut)
        }
    }
    SerializeStructVariant::serialize_field(_key: &'static str) {
        fn skip_field(&mut self, _: &'static str) -> Done {
            Err(LeftOut)
        }
    }
}

impl Serializer for &mut Fields<'_> {
    type Ok = ();
    type Error = LeftOut;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    plain! {
        serialize_bool(bool) serialize_char(char) serialize_str(&str) serialize_bytes(&[u8])
        serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128)
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
        serialize_f32(f32) serialize_f64(f64) serialize_unit_struct(&'static str)
    }

    fn is_human_readable(&self) -> bool {
        // As what is written.
        false
    }

    fn serialize_none(self) -> Done {
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Done {
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Done {
        *self.0 += 1;
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        *self.0 += 1;
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, LeftOut> {
        Ok(self)
    }

    fn serialize_tuple(self, len: usize) -> Result<Self, LeftOut> {
        *self.0 += len;
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Self, LeftOut> {
        *self.0 += len;
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        len: usize,
    ) -> Result<Self, LeftOut> {
        *self.0 += len;
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, LeftOut> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Self, LeftOut> {
        *self.0 += len;
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        len: usize,
    ) -> Result<Self, LeftOut> {
        *self.0 += len;
        Ok(self)
    }
}
