//! A walk through a value, as serde writes it: whoever takes it further can see what would be lost on the way.

use std::fmt::Display;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Looks at every part of a value, in order. The first error ends the walk.
pub fn walk<L: Look>(value: &impl Serialize, look: L) -> Result<(), String> {
    value.serialize(Walk(look)).map_err(|refused| refused.0)
}

/// A value that has no parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Leaf {
    Bool,
    Integer,
    Float(f64),
    Char,
    Text,
    /// Bytes, a unit, a variant without values.
    Other,
}

/// Who looks at a value.
pub trait Look: Copy {
    /// At a value that has no parts.
    fn leaf(self, leaf: Leaf) -> Result<(), String>;

    /// Who looks at a field of it.
    fn field(self, _name: &str) -> Self {
        self
    }

    /// Who looks at its elements.
    fn element(self) -> Self {
        self
    }
}

struct Walk<L>(L);

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

impl Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Looked = Result<(), Refused>;

macro_rules! leaves {
    ($($leaf:ident: $($name:ident($($of:ty),*))+;)+) => {
        $($(fn $name(self, $(_: $of),*) -> Looked { self.0.leaf(Leaf::$leaf).map_err(Refused) })+)+
    };
}

macro_rules! look_inside {
    ($($name:ident($($of:ty),*) -> $walk:ident;)+) => {
        $(fn $name(self, $(_: $of),*) -> Result<$walk<L>, Refused> { Ok($walk(self.0)) })+
    };
}

impl<L: Look> Serializer for Walk<L> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Elements<L>;
    type SerializeTuple = Elements<L>;
    type SerializeTupleStruct = Elements<L>;
    type SerializeTupleVariant = Elements<L>;
    type SerializeMap = Entries<L>;
    type SerializeStruct = Fields<L>;
    type SerializeStructVariant = Fields<L>;

    fn serialize_f32(self, value: f32) -> Looked {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Looked {
        self.0.leaf(Leaf::Float(value)).map_err(Refused)
    }

    fn serialize_none(self) -> Looked {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Looked {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Looked {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Looked {
        value.serialize(self)
    }

    leaves! {
        Bool: serialize_bool(bool);
        Integer:
            serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_i64(i64) serialize_i128(i128)
            serialize_u8(u8) serialize_u16(u16) serialize_u32(u32) serialize_u64(u64) serialize_u128(u128);
        Char: serialize_char(char);
        Text: serialize_str(&str);
        Other:
            serialize_bytes(&[u8]) serialize_unit() serialize_unit_struct(&'static str)
            serialize_unit_variant(&'static str, u32, &'static str);
    }

    look_inside! {
        serialize_seq(Option<usize>) -> Elements;
        serialize_tuple(usize) -> Elements;
        serialize_tuple_struct(&'static str, usize) -> Elements;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Elements;
        serialize_struct(&'static str, usize) -> Fields;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Fields;
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<L>, Refused> {
        Ok(Entries { of: self.0, next: self.0.element() })
    }
}

struct Elements<L>(L);

struct Fields<L>(L);

macro_rules! parts {
    ($($of:ident::$part:ident($walk:ident $(, $name:ident)?) = $look:expr;)+) => {$(
        impl<L: Look> $of for $walk<L> {
            type Ok = ();
            type Error = Refused;

            fn $part<T: Serialize + ?Sized>(&mut self, $($name: &'static str,)? value: &T) -> Looked {
                let look: fn(L, $(parts!(@text $name))?) -> L = $look;
                value.serialize(Walk(look(self.0 $(, $name)?)))
            }

            fn end(self) -> Looked {
                Ok(())
            }
        }
    )+};
    (@text $name:ident) => { &str };
}

parts! {
    SerializeSeq::serialize_element(Elements) = L::element;
    SerializeTuple::serialize_element(Elements) = L::element;
    SerializeTupleStruct::serialize_field(Elements) = L::element;
    SerializeTupleVariant::serialize_field(Elements) = L::element;
    SerializeStruct::serialize_field(Fields, name) = L::field;
    SerializeStructVariant::serialize_field(Fields, name) = L::field;
}

/// A map is a struct, where its keys are texts.
struct Entries<L> {
    of: L,
    next: L,
}

impl<L: Look> SerializeMap for Entries<L> {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Looked {
        let key = serde_json::to_value(key).ok();
        self.next = key.as_ref().and_then(|key| key.as_str()).map_or(self.of.element(), |name| self.of.field(name));
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Looked {
        value.serialize(Walk(self.next))
    }

    fn end(self) -> Looked {
        Ok(())
    }
}
