//! A value per row from the rows of its group, in the order of the table: pandas' `groupby(...).transform(...)`.

use polars::prelude::*;

use super::{Agg, Groups, Window, moments, reduce};
use crate::error::Result;

/// What is made of the values of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Transform {
    /// The reduction of the group, in each of its rows.
    Each(Agg),
    /// How many standard deviations (n - 1) the value lies above the mean of its group.
    ZScore,
    /// A function of the row and those before it in its group.
    Window(Window),
}

impl std::fmt::Display for Transform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Transform::Each(agg) => write!(f, "{agg:?} of the group in each row"),
            Transform::ZScore => f.write_str("z-score"),
            Transform::Window(window) => write!(f, "{window}"),
        }
    }
}

/// The value for each row. A row with a null in its key belongs to no group and gets null, as in pandas.
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a type that cannot be used so.
pub fn transform(column: &Column, groups: &Groups, how: Transform) -> Result<Column> {
    let done = match how {
        Transform::Each(agg) => spread(&reduce(column, groups, agg)?, groups)?,
        Transform::ZScore => {
            let lots = moments(column, groups)?;
            let of = |value: fn(super::Moments) -> Option<f64>| {
                Float64Chunked::from_iter_options("".into(), lots.iter().copied().map(value)).into_column()
            };
            return z_scores(column, groups, &of(super::Moments::mean), &of(super::Moments::std));
        }
        Transform::Window(window) => in_groups(column, groups, window)?,
    };
    without_null_keys(done.with_name(column.name().clone()), groups)
}

/// The z-score of each row, from mean and standard deviation of each group.
///
/// # Errors
/// What the dataframe engine reports.
pub fn z_scores(column: &Column, groups: &Groups, mean: &Column, std: &Column) -> Result<Column> {
    let values = column.cast(&DataType::Float64)?;
    let (means, stds) = (mean.f64()?.rechunk(), std.f64()?.rechunk());
    let of_group: Vec<Option<(f64, f64)>> = means.iter().zip(stds.iter()).map(|(mean, std)| mean.zip(std)).collect();
    let scores = values.f64()?.iter().zip(groups.codes()).map(|(value, code)| {
        let (mean, std) = of_group[*code as usize]?;
        // All values of the group are the same: 0 / 0, which pandas calls missing.
        Some((value? - mean) / std).filter(|score| !score.is_nan())
    });
    let scores = Float64Chunked::from_iter_options(column.name().clone(), scores).into_column();
    without_null_keys(scores, groups)
}

/// One value per group to one value per row.
///
/// # Errors
/// What the dataframe engine reports.
pub fn spread(of_groups: &Column, groups: &Groups) -> Result<Column> {
    Ok(of_groups.take(&IdxCa::from_vec("".into(), groups.codes().to_vec()))?)
}

/// Null for rows whose key has a null.
///
/// # Errors
/// What the dataframe engine reports.
pub fn without_null_keys(column: Column, groups: &Groups) -> Result<Column> {
    if groups.keys().columns().iter().all(|key| key.null_count() == 0) {
        return Ok(column);
    }
    let mut whole = BooleanChunked::full("".into(), true, groups.len());
    for key in groups.keys().columns() {
        whole = &whole & &key.is_not_null();
    }
    let whole: Vec<bool> = whole.iter().map(|whole| whole == Some(true)).collect();
    let mask: BooleanChunked = groups.codes().iter().map(|code| Some(whole[*code as usize])).collect();
    let missing = Column::full_null(column.name().clone(), column.len(), column.dtype());
    Ok(column.zip_with(&mask, &missing)?)
}

/// The window function over the rows of each group: they are laid side by side once, and put back after.
fn in_groups(column: &Column, groups: &Groups, window: Window) -> Result<Column> {
    let (order, starts) = groups.order();
    let together = column.take(&IdxCa::from_vec("".into(), order.clone()))?;
    let mut done: Option<Column> = None;
    for at in starts.windows(2) {
        let of_group = window.apply(&together.slice(at[0] as i64, at[1] - at[0]))?;
        match &mut done {
            Some(done) => drop(done.append_owned(of_group)?),
            None => done = Some(of_group),
        }
    }
    let done = match done {
        Some(done) => done.rechunk(),
        None => window.apply(column)?,
    };
    let mut back = vec![0 as IdxSize; order.len()];
    order.iter().enumerate().for_each(|(place, row)| back[*row as usize] = place as IdxSize);
    Ok(done.take(&IdxCa::from_vec("".into(), back))?)
}
