//! Several sort keys in one number, so that comparing rows is comparing numbers.
//!
//! Each key takes as many bits as its values need: the largest less the smallest, and one value more for null. Below the
//! keys stands the place of the row, which keeps equal rows in order and is what is wanted at the end.

use num_traits::PrimInt;
use polars::prelude::*;

use crate::error::Result;

/// The places of rows in the order of `keys`, nulls last; `None` where the keys need more than 128 bits or are no
/// numbers.
///
/// # Errors
/// What the dataframe engine reports.
pub fn sorted(keys: &DataFrame, ascending: &[bool]) -> Result<Option<IdxCa>> {
    let mut packable = Vec::with_capacity(keys.width());
    for (key, ascending) in keys.columns().iter().zip(ascending) {
        let Some(values) = whole_numbers(key)? else { return Ok(None) };
        // A key without any value orders nothing.
        let (Some(min), Some(max)) = (values.min(), values.max()) else { continue };
        let Some(null) = max.abs_diff(min).checked_add(1) else { return Ok(None) };
        packable.push(Key { values, min, max, null, ascending: *ascending });
    }
    let rows = keys.height();
    let place_bits = (usize::BITS - rows.leading_zeros()) as usize;
    let places = match packable.iter().map(Key::bits).sum::<usize>() + place_bits {
        ..=64 => places_in_order::<u64>(&packable, rows, place_bits),
        65..=128 => places_in_order::<u128>(&packable, rows, place_bits),
        _ => return Ok(None),
    };
    Ok(Some(IdxCa::from_vec("".into(), places)))
}

/// Whole numbers to sort by.
struct Key {
    values: Int64Chunked,
    min: i64,
    max: i64,
    /// What stands for null: one more than any value has.
    null: u64,
    ascending: bool,
}

impl Key {
    fn bits(&self) -> usize {
        (u64::BITS - self.null.leading_zeros()) as usize
    }

    fn code(&self, value: Option<i64>) -> u64 {
        match value {
            None => self.null,
            Some(value) if self.ascending => value.abs_diff(self.min),
            Some(value) => self.max.abs_diff(value),
        }
    }
}

/// All keys of a row and its place in one `N` each, sorted; what comes back are the places.
fn places_in_order<N: PrimInt + From<u64>>(keys: &[Key], rows: usize, place_bits: usize) -> Vec<IdxSize> {
    let mut packed = vec![N::zero(); rows];
    for key in keys {
        let bits = key.bits();
        packed.iter_mut().zip(key.values.iter()).for_each(|(packed, value)| {
            *packed = *packed << bits | key.code(value).into();
        });
    }
    packed.iter_mut().enumerate().for_each(|(row, packed)| *packed = *packed << place_bits | (row as u64).into());
    packed.sort_unstable();
    let place = (N::one() << place_bits) - N::one();
    packed.into_iter().map(|packed| (packed & place).to_u32().unwrap_or_default() as IdxSize).collect()
}

/// The values as whole numbers in the same order, if they can be.
fn whole_numbers(key: &Column) -> Result<Option<Int64Chunked>> {
    let physical = key.to_physical_repr();
    let dtype = physical.dtype();
    if dtype.is_float() {
        let ordered = |value: f64| {
            // The bits of a positive number rise with it, those of a negative one fall; -0 is 0.
            let bits = (value + 0.0).to_bits() as i64;
            if bits < 0 { !bits ^ i64::MIN } else { bits }
        };
        let values = physical.cast(&DataType::Float64)?;
        let values = values.f64()?.iter().map(|value| value.map(ordered));
        return Ok(Some(Int64Chunked::from_iter_options("".into(), values)));
    }
    if (dtype.is_integer() && *dtype != DataType::UInt64) || dtype.is_bool() {
        return Ok(Some(physical.cast(&DataType::Int64)?.i64()?.clone()));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_keys_sort_as_the_values_do(
            rows in prop::collection::vec((prop::option::of(-3i16..3), prop::option::of(prop::num::f64::NORMAL | prop::num::f64::ZERO), any::<i64>()), 0..60),
            up: [bool; 3],
        ) {
            let frame = df!(
                "a" => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
                "b" => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
                "c" => rows.iter().map(|row| row.2 / 1_000_000_007).collect::<Vec<_>>(),
            ).unwrap();
            for keys in [&["a"][..], &["b"], &["a", "c"], &["b", "a"], &["c", "a"], &["a", "b", "c"]] {
                let keys = frame.select(keys.iter().copied()).unwrap();
                let descending = up.iter().take(keys.width()).map(|up| !up);
                let options = SortMultipleOptions::default()
                    .with_nulls_last_multi(std::iter::repeat_n(true, keys.width()))
                    .with_order_descending_multi(descending)
                    .with_maintain_order(true);
                let names = keys.get_column_names_owned();
                let expected = keys.sort(names, options).unwrap();
                if let Some(places) = sorted(&keys, &up).unwrap() {
                    prop_assert!(keys.take(&places).unwrap().equals_missing(&expected));
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_left_to_others() {
        let wide = df!("a" => [i64::MIN, i64::MAX], "b" => [i64::MIN, i64::MAX]).unwrap();
        assert!(sorted(&wide, &[true, true]).unwrap().is_none());
        assert!(sorted(&wide.select(["a"]).unwrap(), &[true]).unwrap().is_none(), "null has no code");
        assert!(sorted(&df!("t" => ["a"]).unwrap(), &[true]).unwrap().is_none());
    }
}
