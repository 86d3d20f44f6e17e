//! Columns change hands between polars and `serde_arrow`, by copying: no unsafe code, and two crates that need not agree
//! on a version of Arrow.

use polars::prelude::*;
use polars_arrow::array::{self as arrow, Array as ArrowArray};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::offset::OffsetsBuffer;
use serde_arrow::marrow::array::{
    Array, BooleanArray, BytesArray, ListArray, PrimitiveArray, StructArray, TimeArray, TimestampArray,
};
use serde_arrow::marrow::datatypes::{DataType as MarrowType, Field, FieldMeta, TimeUnit as MarrowUnit};

/// The type of a column as a field.
pub fn field(name: &str, dtype: &DataType) -> anyhow::Result<Field> {
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

/// The values of a column, copied.
pub fn to_marrow(array: &dyn ArrowArray) -> anyhow::Result<Array> {
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

/// And back.
pub fn to_arrow(array: Array) -> anyhow::Result<Box<dyn ArrowArray>> {
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

    #[test]
    fn a_type_without_a_form_is_named() {
        let told = field("n", &DataType::Unknown(UnknownKind::Any)).unwrap_err().to_string();
        assert!(
            told.starts_with("column `n` is ") && told.ends_with("which has no form as a field of a struct"),
            "{told}"
        );
    }
}
