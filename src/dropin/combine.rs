//! Reductions in two steps: what each partition keeps of its groups, and how two partitions' lots become one.
//!
//! A count combines by adding, a minimum by taking the smaller one. A mean does not combine (a mean of means is wrong
//! when the lots differ in size), nor does a standard deviation: for these a partition keeps [`Moments`].

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::kernels::{Agg, Groups, Moments, WholeSums, moments, reduce, too_large, whole_sums};

/// What one partition keeps for one reduction: one column per part of the state, under a name of its place and part.
pub fn partial(column: &Column, groups: &Groups, agg: Agg, place: usize) -> Result<Vec<Column>> {
    if agg == Agg::Sum && !column.dtype().is_float() {
        // The sum of a partition may leave 64 bits though that of all does not.
        let WholeSums { low, mut carries } = whole_sums(column, groups)?;
        carries.resize(groups.len(), 0);
        return Ok(vec![Column::new(part(place, "value"), low), Column::new(part(place, "carry"), carries)]);
    }
    if !matches!(agg, Agg::Mean | Agg::Std) {
        return Ok(vec![reduce(column, groups, agg)?.with_name(part(place, "value"))]);
    }
    let moments = moments(column, groups)?;
    let n = moments.iter().map(|lot| lot.n as i64);
    Ok(vec![
        Int64Chunked::from_iter_values(part(place, "n"), n).into_column(),
        Float64Chunked::from_iter_values(part(place, "mean"), moments.iter().map(|lot| lot.mean)).into_column(),
        Float64Chunked::from_iter_values(part(place, "m2"), moments.iter().map(|lot| lot.m2)).into_column(),
    ])
}

/// The reduction `agg` of column `name` in all partitions, from what they kept, stacked in `partials` and grouped by key
/// again.
pub fn finish(partials: &DataFrame, groups: &Groups, (name, agg): (&str, Agg), place: usize) -> Result<Column> {
    let combined = match agg {
        Agg::Count | Agg::Sum => Agg::Sum,
        Agg::Min | Agg::Max | Agg::First | Agg::Last => agg,
        Agg::Median | Agg::Quantile(_) => return Err(Error::input(format!("{agg:?} does not combine."))),
        Agg::Mean | Agg::Std => {
            let n = partials.column(&part(place, "n"))?.i64()?.into_no_null_iter();
            let mean = partials.column(&part(place, "mean"))?.f64()?.into_no_null_iter();
            let m2 = partials.column(&part(place, "m2"))?.f64()?.into_no_null_iter();
            let mut merged = vec![Moments::default(); groups.len()];
            for (((n, mean), m2), group) in n.zip(mean).zip(m2).zip(groups.codes()) {
                let of_group = &mut merged[*group as usize];
                *of_group = of_group.merge(Moments { n: n as u64, mean, m2 });
            }
            let value = if agg == Agg::Mean { Moments::mean } else { Moments::std };
            return Ok(Float64Chunked::from_iter_options("".into(), merged.into_iter().map(value)).into_column());
        }
    };
    let values = partials.column(&part(place, "value"))?;
    if let Ok(carries) = partials.column(&part(place, "carry")) {
        let (sums, cut_off) = (whole_sums(values, groups)?, whole_sums(carries, groups)?);
        let mut carries = cut_off.low;
        carries.iter_mut().zip(sums.carries).for_each(|(carry, more)| *carry += more);
        if carries.iter().any(|carry| *carry != 0) {
            return Err(too_large("a sum", name));
        }
        return Ok(Column::new("".into(), sums.low));
    }
    reduce(values, groups, combined)
}

/// The name of a part of a state; no name of a user's begins so.
pub fn part(place: usize, part: &str) -> PlSmallStr {
    format!("\u{1}{place}.{part}").into()
}
