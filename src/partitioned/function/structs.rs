//! Rows as plain structs, by way of serde: what a function knows that has never heard of dataframes.
//!
//! `serde_arrow` does the work; here columns change hands between its arrays and those of polars, by copying.

use polars::prelude::*;
use polars_arrow::array::{self as arrow, Array as ArrowArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::offset::OffsetsBuffer;
use serde::de::{DeserializeOwned, Deserializer, Visitor};
use serde_arrow::marrow::array::{
    Array, BooleanArray, BytesArray, ListArray, PrimitiveArray, StructArray, TimeArray, TimestampArray,
};
use serde_arrow::marrow::datatypes::{DataType as MarrowType, Field, FieldMeta, TimeUnit as MarrowUnit};

use crate::partitioned::conform::conform;

/// The rows of a frame as structs; columns that the struct does not have are not looked at.
///
/// # Errors
/// In words: a column that is missing, a null without an `Option`, a value that does not fit its field.
pub fn from_frame<T: DeserializeOwned>(rows: &DataFrame) -> anyhow::Result<Vec<T>> {
    let wanted = fields_of::<T>();
    let wanted = |name: &str| wanted.as_ref().is_none_or(|names| names.iter().any(|wanted| wanted == name));
    let mut fields = Vec::new();
    let mut arrays = Vec::new();
    for column in rows.columns().iter().filter(|column| wanted(column.name())) {
        fields.push(field(column.name(), column.dtype())?);
        arrays.push(to_marrow(&*column.as_materialized_series().rechunk().to_arrow(0, CompatLevel::newest()))?);
    }
    if fields.is_empty() {
        let name = std::any::type_name::<T>();
        return Err(DoesNotFit(format!("none of the input's columns is a field of `{name}`")).into());
    }
    let views: Vec<_> = arrays.iter().map(Array::as_view).collect();
    Ok(serde_arrow::from_marrow(&fields, &views).map_err(explain)?)
}

/// Structs as the columns of a schema; fields that the schema does not have are dropped.
///
/// # Errors
/// In words: a field that is missing, or a value that does not fit its column.
pub fn to_frame<T: serde::Serialize>(rows: &[T], schema: &Schema) -> anyhow::Result<DataFrame> {
    // Columns of f32 are made as f64, so that a value which they cannot hold is seen and refused.
    let wide = |dtype: &DataType| if *dtype == DataType::Float32 { DataType::Float64 } else { dtype.clone() };
    let fields = schema.iter().map(|(name, dtype)| field(name, &wide(dtype))).collect::<anyhow::Result<Vec<_>>>()?;
    let arrays = serde_arrow::to_marrow(&fields, rows).map_err(explain)?;
    let columns = arrays.into_iter().zip(schema.iter()).map(|(array, (name, dtype))| {
        let series = Series::from_arrow(name.clone(), to_arrow(array)?)?;
        Ok(series.cast(&wide(dtype))?.into_column())
    });
    let frame = DataFrame::new(rows.len(), columns.collect::<anyhow::Result<_>>()?)?;
    Ok(conform(frame, schema).map_err(DoesNotFit)?)
}

/// The names of a struct's fields, as serde sees them; `None` for anything else (a map, a flattened struct).
pub fn fields_of<T: DeserializeOwned>() -> Option<Vec<String>> {
    /// Asks a type what it wants to be given, and gives it nothing.
    struct Ask<'a>(&'a mut Option<Vec<String>>);

    impl<'de> Deserializer<'de> for Ask<'_> {
        type Error = serde::de::value::Error;

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

/// Rows do not fit a struct, or structs do not fit the schema: never the function's own error, so never ignored.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DoesNotFit(String);

/// `serde_arrow` says what was wrong on one line, and where in its own words on others.
fn explain(error: serde_arrow::Error) -> DoesNotFit {
    DoesNotFit(format!("rows and structs do not fit: {}", crate::error::brief(&error.message())))
}

fn field(name: &str, dtype: &DataType) -> anyhow::Result<Field> {
    let unit = |unit: &TimeUnit| match unit {
        TimeUnit::Milliseconds => MarrowUnit::Millisecond,
        TimeUnit::Microseconds => MarrowUnit::Microsecond,
        TimeUnit::Nanoseconds => MarrowUnit::Nanosecond,
    };
    let data_type = match dtype {
        DataType::Null => MarrowType::Null,
        DataType::Boolean => MarrowType::Boolean,
        DataType::Int8 => MarrowType::Int8,
        DataType::Int16 => MarrowType::Int16,
        DataType::Int32 => MarrowType::Int32,
        DataType::Int64 => MarrowType::Int64,
        DataType::UInt8 => MarrowType::UInt8,
        DataType::UInt16 => MarrowType::UInt16,
        DataType::UInt32 => MarrowType::UInt32,
        DataType::UInt64 => MarrowType::UInt64,
        DataType::Float32 => MarrowType::Float32,
        DataType::Float64 => MarrowType::Float64,
        DataType::String => MarrowType::LargeUtf8,
        DataType::Binary => MarrowType::LargeBinary,
        DataType::Date => MarrowType::Date32,
        DataType::Time => MarrowType::Time64(MarrowUnit::Nanosecond),
        DataType::Datetime(of, None) => MarrowType::Timestamp(unit(of), None),
        DataType::Duration(of) => MarrowType::Duration(unit(of)),
        DataType::List(inner) => MarrowType::LargeList(Box::new(field("item", inner)?)),
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|inner| field(inner.name(), inner.dtype()));
            MarrowType::Struct(fields.collect::<anyhow::Result<_>>()?)
        }
        other => anyhow::bail!("column `{name}` is {other}, which has no form as a field of a struct"),
    };
    Ok(Field { name: name.to_string(), data_type, nullable: true, metadata: Default::default() })
}

fn to_marrow(array: &dyn ArrowArray) -> anyhow::Result<Array> {
    use polars_arrow::datatypes::{ArrowDataType as Type, TimeUnit as Unit};

    fn down<A: 'static>(array: &dyn ArrowArray) -> anyhow::Result<&A> {
        array.as_any().downcast_ref().ok_or_else(|| anyhow::anyhow!("a column of {:?} is no such array", array.dtype()))
    }
    fn bits(bits: &Bitmap) -> Vec<u8> {
        let mut bytes = vec![0u8; bits.len().div_ceil(8)];
        bits.iter().enumerate().filter(|(_, set)| *set).for_each(|(at, _)| bytes[at / 8] |= 1 << (at % 8));
        bytes
    }
    let validity = array.validity().map(bits);
    macro_rules! primitive {
        ($of:ty) => {
            PrimitiveArray { validity, values: down::<arrow::PrimitiveArray<$of>>(array)?.values().as_slice().to_vec() }
        };
    }
    let unit = |unit: &Unit| match unit {
        Unit::Second => MarrowUnit::Second,
        Unit::Millisecond => MarrowUnit::Millisecond,
        Unit::Microsecond => MarrowUnit::Microsecond,
        Unit::Nanosecond => MarrowUnit::Nanosecond,
    };
    /// Bytes one after the other, and where each value ends.
    fn bytes<'a>(values: impl Iterator<Item = Option<&'a [u8]>>, validity: Option<Vec<u8>>) -> BytesArray<i64> {
        let (mut offsets, mut data) = (vec![0i64], Vec::new());
        for value in values {
            data.extend_from_slice(value.unwrap_or_default());
            offsets.push(data.len() as i64);
        }
        BytesArray { validity, offsets, data }
    }
    let meta = |name: &str| FieldMeta { name: name.to_string(), nullable: true, metadata: Default::default() };
    Ok(match array.dtype() {
        Type::Null => Array::Null(serde_arrow::marrow::array::NullArray { len: array.len() }),
        Type::Boolean => {
            let values = bits(down::<arrow::BooleanArray>(array)?.values());
            Array::Boolean(BooleanArray { len: array.len(), validity, values })
        }
        Type::Int8 => Array::Int8(primitive!(i8)),
        Type::Int16 => Array::Int16(primitive!(i16)),
        Type::Int32 => Array::Int32(primitive!(i32)),
        Type::Int64 => Array::Int64(primitive!(i64)),
        Type::UInt8 => Array::UInt8(primitive!(u8)),
        Type::UInt16 => Array::UInt16(primitive!(u16)),
        Type::UInt32 => Array::UInt32(primitive!(u32)),
        Type::UInt64 => Array::UInt64(primitive!(u64)),
        Type::Float32 => Array::Float32(primitive!(f32)),
        Type::Float64 => Array::Float64(primitive!(f64)),
        Type::Date32 => Array::Date32(primitive!(i32)),
        Type::Time64(of) => {
            let PrimitiveArray { validity, values } = primitive!(i64);
            Array::Time64(TimeArray { unit: unit(of), validity, values })
        }
        Type::Timestamp(of, None) => {
            let PrimitiveArray { validity, values } = primitive!(i64);
            Array::Timestamp(TimestampArray { unit: unit(of), timezone: None, validity, values })
        }
        Type::Duration(of) => {
            let PrimitiveArray { validity, values } = primitive!(i64);
            Array::Duration(TimeArray { unit: unit(of), validity, values })
        }
        Type::Utf8View => {
            let texts = down::<arrow::Utf8ViewArray>(array)?.iter();
            Array::LargeUtf8(bytes(texts.map(|text| text.map(str::as_bytes)), validity))
        }
        Type::BinaryView => Array::LargeBinary(bytes(down::<arrow::BinaryViewArray>(array)?.iter(), validity)),
        Type::LargeList(inner) => {
            let list = down::<arrow::ListArray<i64>>(array)?;
            let offsets = list.offsets();
            let first = *offsets.first();
            let used = list.values().sliced(first as usize, offsets.range() as usize);
            Array::LargeList(ListArray {
                validity,
                offsets: offsets.iter().map(|offset| offset - first).collect(),
                meta: meta(&inner.name),
                elements: Box::new(to_marrow(&*used)?),
            })
        }
        Type::Struct(_) => {
            let of = down::<arrow::StructArray>(array)?;
            let fields = of.fields().iter().zip(of.values());
            let fields = fields.map(|(field, values)| Ok((meta(&field.name), to_marrow(&**values)?)));
            Array::Struct(StructArray { len: array.len(), validity, fields: fields.collect::<anyhow::Result<_>>()? })
        }
        other => anyhow::bail!("values of {other:?} have no form as a field of a struct"),
    })
}

fn to_arrow(array: Array) -> anyhow::Result<Box<dyn ArrowArray>> {
    use polars_arrow::datatypes::{ArrowDataType as Type, Field as ArrowField, TimeUnit as Unit};

    fn valid(validity: Option<Vec<u8>>, len: usize) -> Option<Bitmap> {
        validity.map(|bytes| Bitmap::from_u8_vec(bytes, len))
    }
    fn primitive<T: polars_arrow::types::NativeType>(
        dtype: Type,
        values: Vec<T>,
        validity: Option<Vec<u8>>,
    ) -> Box<dyn ArrowArray> {
        let validity = valid(validity, values.len());
        arrow::PrimitiveArray::new(dtype, values.into(), validity).boxed()
    }
    macro_rules! plain {
        ($array:ident, $dtype:ident) => {
            primitive(Type::$dtype, $array.values, $array.validity)
        };
    }
    let unit = |unit: MarrowUnit| match unit {
        MarrowUnit::Second => Unit::Second,
        MarrowUnit::Millisecond => Unit::Millisecond,
        MarrowUnit::Microsecond => Unit::Microsecond,
        MarrowUnit::Nanosecond => Unit::Nanosecond,
    };
    fn offsets(offsets: Vec<i64>) -> anyhow::Result<OffsetsBuffer<i64>> {
        Ok(OffsetsBuffer::try_from(offsets)?)
    }
    Ok(match array {
        Array::Null(null) => arrow::NullArray::new(Type::Null, null.len).boxed(),
        Array::Boolean(of) => {
            arrow::BooleanArray::new(Type::Boolean, Bitmap::from_u8_vec(of.values, of.len), valid(of.validity, of.len))
                .boxed()
        }
        Array::Int8(of) => plain!(of, Int8),
        Array::Int16(of) => plain!(of, Int16),
        Array::Int32(of) => plain!(of, Int32),
        Array::Int64(of) => plain!(of, Int64),
        Array::UInt8(of) => plain!(of, UInt8),
        Array::UInt16(of) => plain!(of, UInt16),
        Array::UInt32(of) => plain!(of, UInt32),
        Array::UInt64(of) => plain!(of, UInt64),
        Array::Float32(of) => plain!(of, Float32),
        Array::Float64(of) => plain!(of, Float64),
        Array::Date32(of) => plain!(of, Date32),
        Array::Time64(of) => primitive(Type::Time64(unit(of.unit)), of.values, of.validity),
        Array::Timestamp(of) => primitive(Type::Timestamp(unit(of.unit), None), of.values, of.validity),
        Array::Duration(of) => primitive(Type::Duration(unit(of.unit)), of.values, of.validity),
        Array::LargeUtf8(of) => {
            let validity = valid(of.validity, of.offsets.len() - 1);
            arrow::Utf8Array::try_new(Type::LargeUtf8, offsets(of.offsets)?, of.data.into(), validity)?.boxed()
        }
        Array::LargeBinary(of) => {
            let validity = valid(of.validity, of.offsets.len() - 1);
            arrow::BinaryArray::try_new(Type::LargeBinary, offsets(of.offsets)?, of.data.into(), validity)?.boxed()
        }
        Array::LargeList(of) => {
            let validity = valid(of.validity, of.offsets.len() - 1);
            let values = to_arrow(*of.elements)?;
            let inner = ArrowField::new("item".into(), values.dtype().clone(), true);
            arrow::ListArray::try_new(Type::LargeList(Box::new(inner)), offsets(of.offsets)?, values, validity)?.boxed()
        }
        Array::Struct(of) => {
            let mut fields = Vec::new();
            let mut values = Vec::new();
            for (meta, array) in of.fields {
                let array = to_arrow(array)?;
                fields.push(ArrowField::new(meta.name.into(), array.dtype().clone(), true));
                values.push(array);
            }
            arrow::StructArray::try_new(Type::Struct(fields), of.len, values, valid(of.validity, of.len))?.boxed()
        }
        other => anyhow::bail!("structs gave an array of a kind that was not asked for: {other:?}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{NaiveDate, NaiveDateTime};

    /// What chrono's own `serde` feature does.
    mod as_text {
        use serde::{Deserialize, Deserializer, Serializer, de::Error};

        pub fn serialize<S: Serializer>(value: &impl std::fmt::Debug, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(&format_args!("{value:?}"))
        }

        pub fn deserialize<'de, D: Deserializer<'de>, T>(from: D) -> Result<T, D::Error>
        where
            T: std::str::FromStr<Err: std::fmt::Display>,
        {
            String::deserialize(from)?.parse().map_err(D::Error::custom)
        }
    }

    #[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
    struct Leg {
        origin: String,
        gates: Vec<Option<i16>>,
    }

    #[derive(serde::Serialize, serde::Deserialize, Clone, Debug, PartialEq)]
    struct Flight {
        carrier: String,
        tail: Option<String>,
        delay: Option<f64>,
        cancelled: bool,
        #[serde(with = "as_text")]
        day: NaiveDate,
        #[serde(with = "as_text")]
        departs: NaiveDateTime,
        leg: Option<Leg>,
    }

    fn flights() -> Vec<Flight> {
        let day = NaiveDate::from_ymd_opt(2013, 7, 9).unwrap();
        let flight = Flight {
            carrier: "UA".into(),
            tail: None,
            delay: Some(-3.5),
            cancelled: false,
            day,
            departs: day.and_hms_micro_opt(5, 15, 0, 250).unwrap(),
            leg: Some(Leg { origin: "a name longer than twelve bytes".into(), gates: vec![Some(7), None] }),
        };
        let other = Flight {
            tail: Some("N14228".into()),
            delay: None,
            cancelled: true,
            leg: Some(Leg { origin: "JFK".into(), gates: vec![] }),
            ..flight.clone()
        };
        vec![flight.clone(), other, Flight { leg: None, ..flight }]
    }

    fn schema(text: &str) -> Schema {
        crate::partitioned::OutputSchema::parse(text).unwrap().resolve(&Schema::default()).unwrap()
    }

    const COLUMNS: &str = "carrier: str, tail: str, delay: f64, cancelled: bool, day: date, departs: datetime, \
                           leg: {origin: str, gates: [i16]}";

    #[test]
    fn structs_become_columns_and_come_back() {
        let frame = to_frame(&flights(), &schema(COLUMNS)).unwrap();
        assert_eq!(frame.schema().as_ref(), &schema(COLUMNS));
        assert_eq!(frame.column("tail").unwrap().null_count(), 2);
        assert_eq!(from_frame::<Flight>(&frame).unwrap(), flights());
        // A slice in the middle, chunks, and a column too many.
        let mut chunked = frame.vstack(&frame).unwrap();
        chunked.with_column(Column::new("seats".into(), [1; 6])).unwrap();
        assert_eq!(from_frame::<Flight>(&chunked.slice(2, 3)).unwrap(), [&flights()[2..], &flights()[..2]].concat());
    }

    #[test]
    fn no_rows_have_the_columns() {
        let frame = to_frame::<Flight>(&[], &schema(COLUMNS)).unwrap();
        assert_eq!((frame.height(), frame.width()), (0, 7));
        assert_eq!(from_frame::<Flight>(&frame).unwrap(), []);
    }

    #[test]
    fn what_does_not_fit_is_said() {
        #[derive(serde::Deserialize, Debug)]
        #[allow(dead_code)]
        struct Late {
            carrier: String,
            delay: f64,
        }
        let message = |frame: DataFrame| from_frame::<Late>(&frame).unwrap_err().to_string();
        let null = message(df!("carrier" => ["UA"], "delay" => [None::<f64>]).unwrap());
        assert!(null.contains("do not fit") && null.contains("null"), "{null}");
        let missing = message(df!("carrier" => ["UA"]).unwrap());
        assert!(missing.contains("missing field `delay`"), "{missing}");
        let none = message(df!("x" => [1]).unwrap());
        assert!(none.contains("none of the input's columns is a field of"), "{none}");
    }
}
