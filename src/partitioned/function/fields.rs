//! The names of a struct's fields, as serde sees them.

use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde::ser::{Error as _, Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};

type Refusal = serde::de::value::Error;

/// The fields that a type can take; `None` for anything but a struct (a map, a flattened struct).
pub fn fields_of<T: DeserializeOwned>() -> Option<Vec<String>> {
    /// Asks a type what it wants to be given, and gives it nothing.
    struct Ask<'a>(&'a mut Option<Vec<String>>);

    impl<'de> Deserializer<'de> for Ask<'_> {
        type Error = Refusal;

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            _: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = Some(fields.iter().map(|field| field.to_string()).collect());
            Err(serde::de::Error::custom("asked for its fields only"))
        }

        fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
            Err(serde::de::Error::custom("asked for its fields only"))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }

    let mut fields = None;
    let _ = T::deserialize(Ask(&mut fields));
    fields
}

/// The fields that a value gives, also those that it leaves out because they are empty. `None` for anything but a struct
/// or a map.
pub fn fields_in<T: Serialize>(value: &T) -> Option<Vec<String>> {
    struct Note<'a>(&'a mut Vec<String>);

    impl SerializeStruct for Note<'_> {
        type Ok = ();
        type Error = Refusal;

        fn serialize_field<V: Serialize + ?Sized>(&mut self, name: &'static str, _: &V) -> Result<(), Refusal> {
            self.skip_field(name)
        }

        fn skip_field(&mut self, name: &'static str) -> Result<(), Refusal> {
            self.0.push(name.to_string());
            Ok(())
        }

        fn end(self) -> Result<(), Refusal> {
            Ok(())
        }
    }

    impl SerializeMap for Note<'_> {
        type Ok = ();
        type Error = Refusal;

        fn serialize_key<V: Serialize + ?Sized>(&mut self, key: &V) -> Result<(), Refusal> {
            let key = serde_json::to_value(key).map_err(Refusal::custom)?;
            self.0.extend(key.as_str().map(str::to_string));
            Ok(())
        }

        fn serialize_value<V: Serialize + ?Sized>(&mut self, _: &V) -> Result<(), Refusal> {
            Ok(())
        }

        fn end(self) -> Result<(), Refusal> {
            Ok(())
        }
    }

    macro_rules! no_struct {
        ($($name:ident($($of:ty),*) -> $ok:ty;)+) => {
            $(fn $name(self, $(_: $of),*) -> Result<$ok, Refusal> { Err(Refusal::custom("no struct")) })+
        };
    }

    impl<'a> Serializer for Note<'a> {
        type Ok = ();
        type Error = Refusal;
        type SerializeSeq = Impossible<(), Refusal>;
        type SerializeTuple = Impossible<(), Refusal>;
        type SerializeTupleStruct = Impossible<(), Refusal>;
        type SerializeTupleVariant = Impossible<(), Refusal>;
        type SerializeMap = Note<'a>;
        type SerializeStruct = Note<'a>;
        type SerializeStructVariant = Impossible<(), Refusal>;

        fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Refusal> {
            Ok(self)
        }

        fn serialize_map(self, _: Option<usize>) -> Result<Self, Refusal> {
            Ok(self)
        }

        fn serialize_some<V: Serialize + ?Sized>(self, value: &V) -> Result<(), Refusal> {
            value.serialize(self)
        }

        fn serialize_newtype_struct<V: Serialize + ?Sized>(self, _: &'static str, value: &V) -> Result<(), Refusal> {
            value.serialize(self)
        }

        fn serialize_newtype_variant<V: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &V,
        ) -> Result<(), Refusal> {
            self.serialize_unit()
        }

        no_struct! {
            serialize_bool(bool) -> ();
            serialize_i8(i8) -> ();
            serialize_i16(i16) -> ();
            serialize_i32(i32) -> ();
            serialize_i64(i64) -> ();
            serialize_u8(u8) -> ();
            serialize_u16(u16) -> ();
            serialize_u32(u32) -> ();
            serialize_u64(u64) -> ();
            serialize_f32(f32) -> ();
            serialize_f64(f64) -> ();
            serialize_char(char) -> ();
            serialize_str(&str) -> ();
            serialize_bytes(&[u8]) -> ();
            serialize_none() -> ();
            serialize_unit() -> ();
            serialize_unit_struct(&'static str) -> ();
            serialize_unit_variant(&'static str, u32, &'static str) -> ();
            serialize_seq(Option<usize>) -> Self::SerializeSeq;
            serialize_tuple(usize) -> Self::SerializeTuple;
            serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
            serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
            serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
        }
    }

    let mut names = Vec::new();
    value.serialize(Note(&mut names)).ok().map(|()| names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Flight {
        carrier: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        delay: Option<f64>,
        #[serde(rename = "tailnum")]
        tail: Option<String>,
    }

    #[test]
    fn fields_of_a_type_and_of_a_value() {
        let names = Some(["carrier", "delay", "tailnum"].map(str::to_string).to_vec());
        assert_eq!(fields_of::<Flight>(), names);
        let flight = Flight { carrier: "UA".into(), delay: None, tail: None };
        assert_eq!(fields_in(&flight), names);
        assert_eq!(fields_in(&Some(flight)), names);
        let map = std::collections::BTreeMap::from([("carrier", "UA")]);
        assert_eq!(fields_in(&map), Some(vec!["carrier".to_string()]));
        assert_eq!((fields_of::<Vec<i32>>(), fields_in(&vec![1])), (None, None));
    }
}
