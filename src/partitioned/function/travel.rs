//! Parameters as they travel: JSON, which has no word for NaN and infinity.

use std::fmt::Display;

use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// The parameters as JSON.
///
/// # Errors
/// In words, for what JSON cannot say. It would write NaN as null, and who reads it would be none the wiser.
pub fn to_json(params: &impl Serialize) -> Result<serde_json::Value, String> {
    params.serialize(Finite).map_err(|refused| format!("its parameters have {}", refused.0))?;
    serde_json::to_value(params).map_err(|error| format!("its parameters are not JSON: {error}"))
}

/// Looks at every number, and writes nothing.
struct Finite;

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

impl Error for Refused {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Looked = Result<(), Refused>;

macro_rules! nothing_to_see {
    ($($name:ident($($of:ty),*);)+) => { $(fn $name(self, $(_: $of),*) -> Looked { Ok(()) })+ };
}

macro_rules! look_inside {
    ($($name:ident($($of:ty),*);)+) => { $(fn $name(self, $(_: $of),*) -> Result<Self, Refused> { Ok(self) })+ };
}

impl Serializer for Finite {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    fn serialize_f32(self, value: f32) -> Looked {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Looked {
        match value.is_finite() {
            true => Ok(()),
            false => Err(Refused(format!("the number {value}, which JSON cannot say. Send an Option, or a text"))),
        }
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

    nothing_to_see! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_char(char);
        serialize_str(&str);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
        serialize_unit_variant(&'static str, u32, &'static str);
    }

    look_inside! {
        serialize_seq(Option<usize>);
        serialize_tuple(usize);
        serialize_tuple_struct(&'static str, usize);
        serialize_tuple_variant(&'static str, u32, &'static str, usize);
        serialize_map(Option<usize>);
        serialize_struct(&'static str, usize);
        serialize_struct_variant(&'static str, u32, &'static str, usize);
    }
}

macro_rules! parts {
    ($($of:ident::$part:ident($($name:ty)?);)+) => {$(
        impl $of for Finite {
            type Ok = ();
            type Error = Refused;

            fn $part<T: Serialize + ?Sized>(&mut self, $(_: $name,)? value: &T) -> Looked {
                value.serialize(Finite)
            }

            fn end(self) -> Looked {
                Ok(())
            }
        }
    )+};
}

parts! {
    SerializeSeq::serialize_element();
    SerializeTuple::serialize_element();
    SerializeTupleStruct::serialize_field();
    SerializeTupleVariant::serialize_field();
    SerializeStruct::serialize_field(&'static str);
    SerializeStructVariant::serialize_field(&'static str);
}

impl SerializeMap for Finite {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Looked {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Looked {
        value.serialize(Finite)
    }

    fn end(self) -> Looked {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(serde::Serialize)]
    enum Penalty {
        None,
        Ridge(f64),
        Elastic { l1: f64, l2: f64 },
        Both(f32, f64),
    }

    #[test]
    fn numbers_that_json_cannot_say_are_refused_wherever_they_are() {
        let told = |params: &dyn Fn() -> Result<serde_json::Value, String>| params().unwrap_err();
        for refused in [
            told(&|| to_json(&f64::NAN)),
            told(&|| to_json(&Some(f32::NAN))),
            told(&|| to_json(&vec![1.0, f64::NAN])),
            told(&|| to_json(&(1, f64::NAN))),
            told(&|| to_json(&BTreeMap::from([("alpha", f64::NAN)]))),
            told(&|| to_json(&Penalty::Ridge(f64::NAN))),
            told(&|| to_json(&Penalty::Elastic { l1: 0.0, l2: f64::NAN })),
            told(&|| to_json(&Penalty::Both(f32::NAN, 0.0))),
        ] {
            assert_eq!(refused, "its parameters have the number NaN, which JSON cannot say. Send an Option, or a text");
        }
        assert!(to_json(&f64::INFINITY).unwrap_err().contains("the number inf"));
        let not_json = to_json(&BTreeMap::from([(vec![1], 2)])).unwrap_err();
        assert!(not_json.starts_with("its parameters are not JSON: "), "{not_json}");
    }

    #[test]
    fn everything_else_is_json() {
        let params = (Penalty::None, "a", 'b', 1u8, (), Some(true), [0.5f32]);
        assert_eq!(to_json(&params).unwrap(), serde_json::to_value(&params).unwrap());
    }
}
