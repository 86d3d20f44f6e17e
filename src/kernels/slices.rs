//! Loops over the values of columns as they lie in memory: one pass, one new column, no option per value.
//!
//! Whole numbers become `i64` in the same pass. A widened copy of both sides first, as a cast makes it, takes longer than
//! the addition itself: new memory costs more than arithmetic.

use polars::prelude::*;
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::{Bitmap, MutableBitmap};
use polars_arrow::compute::utils::combine_validities_and;
use polars_core::utils::try_get_supertype;

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
    // The chunks of the right may be cut elsewhere, as those of a column and of the same one shifted: each chunk of the
    // left meets them piece by piece, where they lie.
    let mut others = right.downcast_iter().filter(|chunk| chunk.len() > 0).cloned();
    let mut next = others.next();
    let mut piece = |most: usize| {
        let chunk = next.take().expect("both columns have the same number of rows");
        let rows = most.min(chunk.len());
        next = match rows == chunk.len() {
            true => others.next(),
            false => Some(chunk.clone().sliced(rows, chunk.len() - rows)),
        };
        chunk.sliced(0, rows)
    };
    let chunks = left.downcast_iter().map(|this| {
        let mut values: Vec<i64> = Vec::with_capacity(this.len());
        let mut known = Vec::new();
        while values.len() < this.len() {
            let from = values.len();
            let that = piece(this.len() - from);
            let these = &this.values()[from..from + that.len()];
            values
                .extend(these.iter().zip(that.values().iter()).map(|(this, that)| of((*this).into(), (*that).into())));
            let of_this = this.validity().map(|known| known.clone().sliced(from, that.len()));
            known.push((that.len(), combine_validities_and(of_this.as_ref(), that.validity())));
        }
        PrimitiveArray::from_vec(values).with_validity(joined(known))
    });
    Int64Chunked::from_chunk_iter(left.name().clone(), chunks).into_column()
}

/// Which values are known of pieces that lie one behind the other; `None` for all.
fn joined(pieces: Vec<(usize, Option<Bitmap>)>) -> Option<Bitmap> {
    if pieces.iter().all(|(_, known)| known.is_none()) {
        return None;
    }
    let mut joined = MutableBitmap::with_capacity(pieces.iter().map(|(rows, _)| rows).sum());
    for (rows, known) in pieces {
        match known {
            Some(known) => joined.extend_from_bitmap(&known),
            None => joined.extend_constant(rows, true),
        }
    }
    Some(joined.freeze())
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
    // Sums of up to 2^32 numbers of 32 bits fit: the check is left out.
    let may_be_lost = size_of::<T::Native>() == size_of::<i64>();
    let add_up = |sums: (i64, bool), (place, value): (&mut i64, i64)| {
        let (sum, lost) = sums.0.overflowing_add(value);
        *place = sum;
        (sum, sums.1 & !(lost & may_be_lost))
    };
    let mut sums = (0i64, true);
    let mut chunks = Vec::new();
    for chunk in column.downcast_iter() {
        let mut so_far: Vec<i64> = Vec::with_capacity(chunk.len());
        let mut known = chunk.validity().map(Bitmap::iter);
        // A block at a time, so that it lies in the cache, and the sum in a register, until the block is full.
        let mut block = [0i64; 256];
        for values in chunk.values().chunks(block.len()) {
            let block = &mut block[..values.len()];
            let values = values.iter().map(|value| (*value).into());
            sums = match &mut known {
                None => block.iter_mut().zip(values).fold(sums, add_up),
                // What lies in memory under a null is not a value.
                Some(known) => {
                    let values = values.zip(known).map(|(value, known)| if known { value } else { 0 });
                    block.iter_mut().zip(values).fold(sums, add_up)
                }
            };
            so_far.extend_from_slice(block);
        }
        chunks.push(PrimitiveArray::from_vec(so_far).with_validity(chunk.validity().cloned()));
    }
    (Int64Chunked::from_chunk_iter(column.name().clone(), chunks).into_column(), sums.1)
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

/// The means of the last `rows` (at least 1) values, null where one of them is not known. `None` for a column of other
/// types than whole numbers of up to 32 bits.
///
/// The sum of a window is that of the one before, plus a value and less a value. For whole numbers this is exact: with
/// decimals, what was lost once would be in all that follow.
pub fn means_of_last(column: &Column, rows: usize) -> PolarsResult<Option<Column>> {
    let series = column.as_materialized_series();
    Ok(Some(match series.dtype() {
        DataType::Int8 => window_means(series.i8()?, rows),
        DataType::Int16 => window_means(series.i16()?, rows),
        DataType::Int32 => window_means(series.i32()?, rows),
        DataType::UInt8 => window_means(series.u8()?, rows),
        DataType::UInt16 => window_means(series.u16()?, rows),
        DataType::UInt32 => window_means(series.u32()?, rows),
        _ => return Ok(None),
    }))
}

fn window_means<T>(column: &ChunkedArray<T>, rows: usize) -> Column
where
    T: PolarsNumericType,
    T::Native: Into<i64>,
{
    // A window may begin in another chunk than it ends in.
    let whole = column.rechunk();
    let chunk = whole.downcast_as_array();
    let values = chunk.values().as_slice();
    let first = rows.saturating_sub(1).min(values.len());
    let mut means = vec![0f64; values.len()];
    let mean = |sum: i64| sum as f64 / rows as f64;
    let validity = match chunk.validity() {
        None => {
            let sum = values[..first].iter().fold(0, |sum, value| sum + (*value).into());
            let leaving = std::iter::once(0).chain(values.iter().map(|value| (*value).into()));
            let ends = means[first..].iter_mut().zip(values[first..].iter().zip(leaving));
            ends.fold(sum, |sum: i64, (place, (value, left))| {
                let sum = sum - left + (*value).into();
                *place = mean(sum);
                sum
            });
            let mut known = MutableBitmap::with_capacity(values.len());
            known.extend_constant(first, false);
            known.extend_constant(values.len() - first, true);
            known
        }
        Some(known) => {
            let value = |row: usize| if known.get_bit(row) { (1, values[row].into()) } else { (0, 0i64) };
            let (mut count, mut sum) = (0, 0);
            let means = means.iter_mut().enumerate().map(|(row, place)| {
                let (one, value_here) = value(row);
                (count, sum) = (count + one, sum + value_here);
                if row >= rows {
                    let (one, left) = value(row - rows);
                    (count, sum) = (count - one, sum - left);
                }
                *place = mean(sum);
                count == rows
            });
            means.collect()
        }
    };
    let means = PrimitiveArray::from_vec(means).with_validity(Some(validity.freeze()));
    Float64Chunked::with_chunk(column.name().clone(), means).into_column()
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

            let rows = 1 + other.index(5);
            let none_missing: Vec<Option<i16>> = values.iter().map(|value| value.or(Some(0))).collect();
            let bare = Int16Chunked::from_iter_options("x".into(), none_missing.iter().copied()).into_column();
            for (column, values) in [(&column, &values), (&bare, &none_missing)] {
                let sum = |window: &[Option<i16>]| window.iter().map(|value| value.map(i64::from)).sum::<Option<i64>>();
                let window = |last: usize| Some(&values[(last + 1).checked_sub(rows)?..=last]);
                let mean = |last| Some(sum(window(last)?)? as f64 / rows as f64);
                let means: Vec<Option<f64>> = (0..values.len()).map(mean).collect();
                let found = means_of_last(column, rows).unwrap().unwrap();
                prop_assert!(found.equals_missing(&Column::new("x".into(), means)));
            }

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
