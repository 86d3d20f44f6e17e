//! What runs on from row to row - sums so far, the last known value, means of the last ones - over the values as they lie
//! in memory: one pass, one new column, no option per value.

use polars::prelude::*;
use polars_arrow::array::PrimitiveArray;
use polars_arrow::bitmap::{Bitmap, MutableBitmap};

/// Runs `$body` with `$values` bound to the typed values of a column of one of these types; `Ok(None)` for others.
macro_rules! typed {
    ($column:expr, $values:ident => $body:expr, $($dtype:ident $get:ident),+) => {{
        let series = $column.as_materialized_series();
        match series.dtype() {
            $(DataType::$dtype => {
                let $values = series.$get()?;
                $body
            })+
            _ => return Ok(None),
        }
    }};
}

/// The sums of all values so far and of `before`, as `i64`; a null stays null and is passed over. The second is whether all
/// of them fit.
///
/// `None` for columns of other types than whole numbers that are known to fit `i64`.
pub fn sums_so_far(column: &Column, before: i64) -> PolarsResult<Option<(Column, bool)>> {
    Ok(Some(
        typed!(column, values => sums(values, before), Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8, UInt16 u16, UInt32 u32),
    ))
}

fn sums<T>(column: &ChunkedArray<T>, before: i64) -> (Column, bool)
where
    T: PolarsNumericType,
    T::Native: Into<i64>,
{
    // Up to 2^30 numbers of 32 bits fit beside what came before: nothing has to be checked.
    let narrow = size_of::<T::Native>() < size_of::<i64>() && column.len() < 1 << 30;
    let check = !narrow || before.unsigned_abs() >= 1 << 62;
    let (mut sum, mut fits) = (before, true);
    let mut chunks = Vec::new();
    for chunk in column.downcast_iter() {
        let mut so_far: Vec<i64> = Vec::with_capacity(chunk.len());
        let mut known = chunk.validity().map(Bitmap::iter);
        // A block at a time, so that it lies in the cache until it is full.
        let mut block = [0i64; 256];
        for values in chunk.values().chunks(block.len()) {
            let block = &mut block[..values.len()];
            let values = values.iter().map(|value| (*value).into());
            fits &= match &mut known {
                None if check => add_up::<true>(block, values, sum),
                None => add_up::<false>(block, values, sum),
                // What lies in memory under a null is not a value.
                Some(known) => {
                    let values = values.zip(known).map(|(value, known)| if known { value } else { 0 });
                    add_up::<true>(block, values, sum)
                }
            };
            sum = block[block.len() - 1];
            so_far.extend_from_slice(block);
        }
        chunks.push(PrimitiveArray::from_vec(so_far).with_validity(chunk.validity().cloned()));
    }
    (Int64Chunked::from_chunk_iter(column.name().clone(), chunks).into_column(), fits)
}

/// Puts the sums so far of `sum` and `values` into `places`; whether all fit, where that is to be checked. The sum is a
/// value of this function's own, so that it stays in a register: stored and read again for each value, it takes five
/// times as long.
fn add_up<const CHECK: bool>(places: &mut [i64], values: impl Iterator<Item = i64>, mut sum: i64) -> bool {
    let mut fits = true;
    for (place, value) in places.iter_mut().zip(values) {
        let (next, lost) = sum.overflowing_add(value);
        (sum, fits) = (next, fits & !(CHECK && lost));
        *place = sum;
    }
    fits
}

/// The sum of all known values; the outer `None` for the types that [`sums_so_far`] does not take, the inner one where
/// no value is known.
pub fn sum_of(column: &Column) -> PolarsResult<Option<Option<i128>>> {
    let known = column.null_count() < column.len();
    Ok(Some(
        typed!(column, values => known.then(|| whole_sum(values)), Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8, UInt16 u16, UInt32 u32),
    ))
}

fn whole_sum<T>(column: &ChunkedArray<T>) -> i128
where
    T: PolarsNumericType,
    T::Native: Into<i64>,
{
    let of_chunk = |chunk: &PrimitiveArray<T::Native>| -> i128 {
        let values = chunk.values().iter().map(|value| (*value).into());
        match chunk.validity() {
            None if size_of::<T::Native>() < size_of::<i64>() => i128::from(values.sum::<i64>()),
            None => values.map(i128::from).sum(),
            Some(known) => {
                values.zip(known.iter()).map(|(value, known)| i128::from(if known { value } else { 0 })).sum()
            }
        }
    };
    column.downcast_iter().map(of_chunk).sum()
}

/// The last value that is known. `None` for a column of anything but numbers.
pub fn filled_forward(column: &Column) -> PolarsResult<Option<Column>> {
    Ok(Some(
        typed!(column, values => filled(values).into_column(), Int8 i8, Int16 i16, Int32 i32, Int64 i64, UInt8 u8, UInt16 u16, UInt32 u32, UInt64 u64, Float32 f32, Float64 f64),
    ))
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
    Ok(Some(
        typed!(column, values => window_means(values, rows), Int8 i8, Int16 i16, Int32 i32, UInt8 u8, UInt16 u16, UInt32 u32),
    ))
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
    use proptest::prelude::*;

    use super::super::slices::chunked;
    use super::*;

    fn with_cut() -> impl Strategy<Value = (Vec<Option<i16>>, usize)> {
        prop::collection::vec(prop::option::of(any::<i16>()), 0..200)
            .prop_flat_map(|values| (0..=values.len()).prop_map(move |cut| (values.clone(), cut)))
    }

    proptest! {
        #[test]
        fn as_the_definitions_say((values, cut) in with_cut(), other in any::<prop::sample::Index>()) {
            let column = chunked(&values, cut);
            let (mut sum, mut last) = (7i64, None);
            let sums: Vec<Option<i64>> = values.iter().map(|v| v.map(|v| { sum += i64::from(v); sum })).collect();
            let filled: Vec<Option<i16>> = values.iter().map(|v| { last = v.or(last); last }).collect();
            let (so_far, fits) = sums_so_far(&column, 7).unwrap().unwrap();
            let whole = values.iter().flatten().map(|v| i128::from(*v)).reduce(|this, that| this + that);
            prop_assert_eq!(sum_of(&column).unwrap().unwrap(), whole);
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
        }
    }

    #[test]
    fn a_sum_that_leaves_64_bits_on_its_way_is_told() {
        let sums = |values: [i64; 3]| sums_so_far(&Column::new("x".into(), values), 0).unwrap().unwrap();
        assert!(!sums([i64::MAX, 1, -1]).1);
        assert!(sums([i64::MAX, -1, 1]).1);
        let from = |before| sums_so_far(&Column::new("x".into(), [1i16, -1]), before).unwrap().unwrap();
        assert!(!from(i64::MAX).1 && from(i64::MAX - 1).1);
    }
}
