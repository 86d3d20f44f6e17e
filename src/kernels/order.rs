//! The order of rows: sorting, and the borders at which a sorted whole is cut.

use polars::prelude::*;

use crate::error::{Error, Result};

/// The places of rows in the order of `keys`: stable, nulls last both ways, as pandas with `kind="stable"`.
///
/// # Errors
/// What the dataframe engine reports for a type that has no order.
pub fn sorted(keys: &DataFrame, ascending: &[bool]) -> Result<IdxCa> {
    if let Some(places) = super::packed::sorted(keys, ascending)? {
        return Ok(places);
    }
    // In one piece: a comparison that has to look for its chunk first is a slow one.
    let mut keys = keys.clone();
    keys.rechunk_mut();
    let descending: Vec<bool> = ascending.iter().map(|up| !up).collect();
    let (first, rest) = keys
        .columns()
        .split_first()
        .ok_or_else(|| Error::input("sort_values: no column is named. Name at least one."))?;
    if rest.is_empty() {
        let options =
            SortOptions::default().with_order_descending(descending[0]).with_nulls_last(true).with_maintain_order(true);
        return Ok(first.arg_sort(options));
    }
    let options = SortMultipleOptions::default()
        .with_nulls_last_multi(descending.iter().map(|_| true))
        .with_order_descending_multi(descending)
        .with_maintain_order(true);
    Ok(first.arg_sort_multiple(rest, &options)?)
}

/// Checks that there is an order for each key: one for all of them, or one each.
///
/// # Errors
/// [`Error::Input`] for another number.
pub fn ascending_each(keys: usize, ascending: &[bool]) -> Result<Vec<bool>> {
    if keys == 0 {
        return Err(Error::input("sort_values: no column is named. Name at least one."));
    }
    match ascending {
        [all] => Ok(vec![*all; keys]),
        each if each.len() == keys => Ok(each.to_vec()),
        each => Err(Error::input(format!(
            "sort_values: {} orders for {keys} columns. Give one for all, or one for each.",
            each.len()
        ))),
    }
}

/// Where a sorted whole is cut: bucket `n` holds the values up to and including border `n`, the last one the rest.
#[derive(Clone, Debug)]
pub enum Borders {
    /// Of numbers and instants, by their value as `f64`: rounding keeps the order, and equal values stay together.
    Numbers(Vec<f64>),
    /// Of texts.
    Texts(Vec<String>),
}

impl Borders {
    /// Borders that cut the sample, a column without order, into `buckets` lots of about the same size.
    ///
    /// # Errors
    /// [`Error::Input`] for a type that cannot be cut so.
    pub fn of(sample: &Column, buckets: usize) -> Result<Self> {
        if let Ok(texts) = sample.str() {
            let mut known: Vec<&str> = texts.iter().flatten().collect();
            known.sort_unstable();
            let borders = cuts(&known, buckets).into_iter().map(str::to_string).collect();
            return Ok(Borders::Texts(borders));
        }
        let numbers = as_numbers(sample)?;
        let mut known: Vec<f64> = numbers.iter().flatten().collect();
        known.sort_unstable_by(f64::total_cmp);
        Ok(Borders::Numbers(cuts(&known, buckets)))
    }

    /// How many buckets there are, the last one for nulls.
    pub fn buckets(&self) -> usize {
        match self {
            Borders::Numbers(borders) => borders.len() + 2,
            Borders::Texts(borders) => borders.len() + 2,
        }
    }

    /// The bucket of each row; rows in descending order fill the buckets from the other end, and nulls the last.
    ///
    /// # Errors
    /// [`Error::Input`] for a type that cannot be cut so.
    pub fn bucket_of_rows(&self, values: &Column, ascending: bool) -> Result<Vec<u32>> {
        let last = self.buckets() as u32 - 1;
        let place = |bucket: usize| if ascending { bucket as u32 } else { last - 1 - bucket as u32 };
        Ok(match self {
            Borders::Texts(borders) => {
                let bucket = |text| borders.partition_point(|border| border.as_str() < text);
                values.str()?.iter().map(|text| text.map_or(last, |text| place(bucket(text)))).collect()
            }
            Borders::Numbers(borders) => {
                let bucket = |number| borders.partition_point(|border| *border < number);
                as_numbers(values)?.iter().map(|number| number.map_or(last, |number| place(bucket(number)))).collect()
            }
        })
    }
}

/// A value for every `1 / buckets` of the sample, none twice.
fn cuts<T: Copy + PartialEq>(sorted: &[T], buckets: usize) -> Vec<T> {
    let mut cuts: Vec<T> = (1..buckets).filter_map(|n| sorted.get(n * sorted.len() / buckets).copied()).collect();
    cuts.dedup();
    cuts
}

fn as_numbers(values: &Column) -> Result<Float64Chunked> {
    let cannot = || {
        Error::input(format!(
            "column `{}` is {}, which has no order. Sort by numbers, texts or times.",
            values.name(),
            values.dtype()
        ))
    };
    let numbers = values.to_physical_repr().cast(&DataType::Float64).map_err(|_| cannot())?;
    Ok(numbers.f64()?.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn buckets_follow_each_other_in_the_order_of_the_values(
            values in prop::collection::vec(prop::option::of(-50i64..50), 1..200), up: bool, buckets in 1usize..9,
        ) {
            let column = Column::new("x".into(), &values);
            let borders = Borders::of(&column, buckets).unwrap();
            let of_rows = borders.bucket_of_rows(&column, up).unwrap();
            let places = sorted(&column.clone().into_frame(), &[up]).unwrap();
            let in_order: Vec<u32> = places.iter().flatten().map(|place| of_rows[place as usize]).collect();
            prop_assert!(in_order.is_sorted(), "{in_order:?}");
            prop_assert!(of_rows.iter().all(|bucket| (*bucket as usize) < borders.buckets()));
        }
    }

    #[test]
    fn equal_rows_keep_their_order_both_ways() {
        let keys = df!("x" => [Some(1), None, Some(1), Some(0)]).unwrap();
        let places = |up| sorted(&keys, &[up]).unwrap().iter().flatten().collect::<Vec<_>>();
        assert_eq!((places(true), places(false)), (vec![3, 0, 2, 1], vec![0, 2, 3, 1]));
    }
}
