//! Loops over the values of columns as they lie in memory: one pass, one new column, no option per value.
//!
//! Whole numbers become `i64` in the same pass. A widened copy of both sides first, as a cast makes it, takes longer than
//! the addition itself: new memory costs more than arithmetic.

use polars::prelude::*;
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::MutableBitmap;
use polars_arrow::compute::utils::combine_validities_and;
use polars_core::utils::{align_chunks_binary, try_get_supertype};

/// `of` every pair of values, as `i64`; null where one of them is. `of` must not leave 64 bits for any values of 32.
///
/// `None` for columns of other types than whole numbers of up to 32 bits, or of different heights.
pub fn each_pair(left: &Column, right: &Column, of: impl Fn(i64, i64) -> i64) -> PolarsResult<Option<Column>> {
    if left.len() != right.len() || !left.dtype().is_integer() || !right.dtype().is_integer() {
        return Ok(None);
    }
    let common = try_get_supertype(left.dtype(), right.dtype())?;
    let (left, right) = (left.cast(&common)?, right.cast(&common)?);
    let (left, right) = (left.as_materialized_series(), right.as_materialized_series());
    Ok(Some(match common {
        DataType::Int8 => pairs(left.i8()?, right.i8()?, of),
        DataType::Int16 => pairs(left.i16()?, right.i16()?, of),
        DataType::Int32 => pairs(left.i32()?, right.i32()?, of),
        DataType::UInt8 => pairs(left.u8()?, right.u8()?, of),
        DataType::UInt16 => pairs(left.u16()?, right.u16()?, of),
        DataType::UInt32 => pairs(left.u32()?, right.u32()?, of),
        _ => return Ok(None),
    }))
}

fn pairs<T>(left: &ChunkedArray<T>, right: &ChunkedArray<T>, of: impl Fn(i64, i64) -> i64) -> Column
where
    T: PolarsNumericType,
    T::Native: Into<i64>,
{
    let (this, that) = align_chunks_binary(left, right);
    let chunks = this.downcast_iter().zip(that.downcast_iter()).map(|(this, that)| {
        let values = this.values().iter().zip(that.values().iter());
        let values = values.map(|(this, that)| of((*this).into(), (*that).into())).collect();
        PrimitiveArray::from_vec(values).with_validity(combine_validities_and(this.validity(), that.validity()))
    });
    Int64Chunked::from_chunk_iter(left.name().clone(), chunks).into_column()
}

/// The sums of all values so far, as `i64`; a null stays null and is passed over. The second is whether all of them fit.
///
/// `None` for columns of other types than whole numbers that are known to fit `i64`.
pub fn sums_so_far(column: &Column) -> PolarsResult<Option<(Column, bool)>> {
    let series = column.as_materialized_series();
    Ok(Some(match series.dtype() {
        DataType::Int8 => sums(series.i8()?),
        DataType::Int16 => sums(series.i16()?),
        DataType::Int32 => sums(series.i32()?),
        DataType::Int64 => sums(series.i64()?),
        DataType::UInt8 => sums(series.u8()?),
        DataType::UInt16 => sums(series.u16()?),
        DataType::UInt32 => sums(series.u32()?),
        _ => return Ok(None),
    }))
}

fn sums<T>(column: &ChunkedArray<T>) -> (Column, bool)
where
    T: PolarsNumericType,
    T::Native: Into<i64>,
{
    let (mut sum, mut fits) = (0i64, true);
    let mut add = |value: i64| {
        let (next, lost) = sum.overflowing_add(value);
        (sum, fits) = (next, fits & !lost);
        sum
    };
    let mut chunks = Vec::new();
    for chunk in column.downcast_iter() {
        let values = chunk.values().iter().map(|value| (*value).into());
        let so_far: Vec<i64> = match chunk.validity() {
            None => values.map(&mut add).collect(),
            // What lies in memory under a null is not a value.
            Some(known) => values.zip(known.iter()).map(|(value, known)| add(if known { value } else { 0 })).collect(),
        };
        chunks.push(PrimitiveArray::from_vec(so_far).with_validity(chunk.validity().cloned()));
    }
    (Int64Chunked::from_chunk_iter(column.name().clone(), chunks).into_column(), fits)
}

/// The last value that is known. `None` for a column of anything but numbers.
pub fn filled_forward(column: &Column) -> PolarsResult<Option<Column>> {
    let series = column.as_materialized_series();
    Ok(Some(match series.dtype() {
        DataType::Int8 => filled(series.i8()?).into_column(),
        DataType::Int16 => filled(series.i16()?).into_column(),
        DataType::Int32 => filled(series.i32()?).into_column(),
        DataType::Int64 => filled(series.i64()?).into_column(),
        DataType::UInt8 => filled(series.u8()?).into_column(),
        DataType::UInt16 => filled(series.u16()?).into_column(),
        DataType::UInt32 => filled(series.u32()?).into_column(),
        DataType::UInt64 => filled(series.u64()?).into_column(),
        DataType::Float32 => filled(series.f32()?).into_column(),
        DataType::Float64 => filled(series.f64()?).into_column(),
        _ => return Ok(None),
    }))
}

/// Runs of known values are copied whole, and runs of nulls get the one before.
fn filled<T: PolarsNumericType>(column: &ChunkedArray<T>) -> ChunkedArray<T> {
    let mut last: Option<T::Native> = None;
    let mut chunks = Vec::new();
    for chunk in column.downcast_iter() {
        let Some(known) = chunk.validity() else {
            last = chunk.values().last().copied().or(last);
            chunks.push(chunk.clone());
            continue;
        };
        let (values, mut known) = (chunk.values().as_slice(), known.iter());
        let mut filled = Vec::with_capacity(values.len());
        let mut unknown = 0;
        while filled.len() < values.len() {
            let from = filled.len();
            filled.extend_from_slice(&values[from..from + known.take_leading_ones()]);
            last = filled[from..].last().copied().or(last);
            let gap = known.take_leading_zeros();
            if last.is_none() {
                unknown = gap;
            }
            filled.extend(std::iter::repeat_n(last.unwrap_or_default(), gap));
        }
        let validity = (unknown > 0).then(|| {
            let mut known = MutableBitmap::with_capacity(values.len());
            known.extend_constant(unknown, false);
            known.extend_constant(values.len() - unknown, true);
            known.freeze()
        });
        chunks.push(PrimitiveArray::from_vec(filled).with_validity(validity));
    }
    ChunkedArray::from_chunk_iter(column.name().clone(), chunks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A column in two chunks, with something else than 0 in memory under its nulls.
    fn chunked(values: &[Option<i16>], cut: usize) -> Column {
        let chunk = |values: &[Option<i16>]| {
            let known = values.iter().map(Option::is_some).collect();
            let values = values.iter().map(|value| value.unwrap_or(99)).collect();
            PrimitiveArray::from_vec(values).with_validity(Some(known))
        };
        Int16Chunked::from_chunk_iter("x".into(), [chunk(&values[..cut]), chunk(&values[cut..])]).into_column()
    }

    fn with_cut() -> impl Strategy<Value = (Vec<Option<i16>>, usize)> {
        prop::collection::vec(prop::option::of(any::<i16>()), 0..200)
            .prop_flat_map(|values| (0..=values.len()).prop_map(move |cut| (values.clone(), cut)))
    }

    proptest! {
        #[test]
        fn as_the_definitions_say((values, cut) in with_cut(), other in any::<prop::sample::Index>()) {
            let column = chunked(&values, cut);
            let (mut sum, mut last) = (0i64, None);
            let sums: Vec<Option<i64>> = values.iter().map(|v| v.map(|v| { sum += i64::from(v); sum })).collect();
            let filled: Vec<Option<i16>> = values.iter().map(|v| { last = v.or(last); last }).collect();
            let (so_far, fits) = sums_so_far(&column).unwrap().unwrap();
            prop_assert!(fits && so_far.equals_missing(&Column::new("x".into(), sums)));
            prop_assert!(filled_forward(&column).unwrap().unwrap().equals_missing(&Column::new("x".into(), filled)));

            let again = chunked(&values, other.index(values.len() + 1));
            let products = each_pair(&column, &again, |this, that| this * that).unwrap().unwrap();
            let squares: Vec<Option<i64>> = values.iter().map(|v| v.map(|v| i64::from(v) * i64::from(v))).collect();
            prop_assert!(products.equals_missing(&Column::new("x".into(), squares)));
        }
    }

    #[test]
    fn a_sum_that_leaves_64_bits_on_its_way_is_told() {
        let sums = |values: [i64; 3]| sums_so_far(&Column::new("x".into(), values)).unwrap().unwrap();
        assert!(!sums([i64::MAX, 1, -1]).1);
        assert!(sums([i64::MAX, -1, 1]).1);
    }
}
