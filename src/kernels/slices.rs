//! Pairs of values as they lie in memory: one pass over both columns, one new column, no option per value.
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

/// A column in two chunks, with something else than 0 in memory under its nulls.
#[cfg(test)]
pub(super) fn chunked(values: &[Option<i16>], cut: usize) -> Column {
    let chunk = |values: &[Option<i16>]| {
        let known = values.iter().map(Option::is_some).collect();
        let values = values.iter().map(|value| value.unwrap_or(99)).collect();
        PrimitiveArray::from_vec(values).with_validity(Some(known))
    };
    Int16Chunked::from_chunk_iter("x".into(), [chunk(&values[..cut]), chunk(&values[cut..])]).into_column()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pairs_are_of_the_same_row_however_columns_are_cut(
            values in prop::collection::vec(prop::option::of(any::<i16>()), 0..200), cuts: [prop::sample::Index; 2],
        ) {
            let [this, that] = cuts.map(|cut| chunked(&values, cut.index(values.len() + 1)));
            let products = each_pair(&this, &that, |this, that| this * that).unwrap().unwrap();
            let squares: Vec<Option<i64>> = values.iter().map(|v| v.map(|v| i64::from(v) * i64::from(v))).collect();
            prop_assert!(products.equals_missing(&Column::new("x".into(), squares)));
        }
    }
}
