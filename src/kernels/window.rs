//! Functions of a row and those before it, and what a partition must know of the one before to go on.

use polars::prelude::*;

use super::arith::{Op, apply};
use super::running::{filled_forward, means_of_last, sum_of, sums_so_far};
use super::{as_times, too_large, widened};
use crate::error::{Error, Result};

/// A function of a column whose value in a row depends on other rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The value so many rows before (negative: after).
    Shift(i64),
    /// The value less the one so many rows before.
    Diff(i64),
    /// The sum of all values so far; a null stays null and is passed over.
    CumSum,
    /// The largest value so far; a null stays null and is passed over.
    CumMax,
    /// The last value that is known.
    Ffill,
    /// The mean of the last so many values; null where one of them is not known.
    RollingMean(usize),
}

impl Window {
    /// The function over a whole column.
    ///
    /// Whole numbers are made `i64` before they are added or subtracted.
    ///
    /// # Errors
    /// [`Error::Input`] for a type that cannot be used so, or a sum that does not fit 64 bits.
    pub fn apply(self, column: &Column) -> Result<Column> {
        Ok(match self {
            Window::Shift(rows) => shifted(column, rows),
            Window::Diff(rows) => {
                number(column, "diff")?;
                apply(Op::Sub, column, &shifted(column, rows))?
            }
            Window::CumSum => narrow(sums_from(0, &wide(column)?)?, column)?,
            Window::CumMax => {
                number(column, "cummax")?;
                let largest = cum_max(column.to_physical_repr().as_materialized_series(), false)?.into_column();
                if column.dtype().is_temporal() { as_times(&largest, column.dtype())? } else { largest }
            }
            Window::Ffill => match filled_forward(column)? {
                Some(filled) => filled,
                None => column.fill_null(FillNullStrategy::Forward(None))?,
            },
            Window::RollingMean(rows) => {
                number(column, "rolling_mean")?;
                if rows == 0 {
                    return Err(Error::input("rolling_mean: a window of 0 rows has no mean. Give at least 1."));
                }
                if rows > column.len() {
                    return Ok(Column::full_null(column.name().clone(), column.len(), &DataType::Float64));
                }
                if let Some(means) = means_of_last(column, rows)? {
                    return Ok(means);
                }
                let options = RollingOptionsFixedWindow { window_size: rows, min_periods: rows, ..Default::default() };
                let values = column.cast(&DataType::Float64)?.with_name("x".into()).into_frame();
                let means = values.lazy().select([col("x").rolling_mean(options)]).collect()?;
                means.columns()[0].clone().with_name(column.name().clone())
            }
        })
    }

    /// How many rows before and after a partition its values depend on; `None` where all rows before count.
    pub fn reach(self) -> Option<(usize, usize)> {
        match self {
            Window::Shift(rows) | Window::Diff(rows) if rows < 0 => Some((0, rows.unsigned_abs() as usize)),
            Window::Shift(rows) | Window::Diff(rows) => Some((rows as usize, 0)),
            Window::RollingMean(rows) => Some((rows.saturating_sub(1), 0)),
            Window::CumSum | Window::CumMax | Window::Ffill => None,
        }
    }

    /// What a partition adds to what is known before it.
    ///
    /// # Errors
    /// [`Error::Input`] for a type that cannot be used so.
    pub fn carry_of(self, column: &Column) -> Result<Carry> {
        Ok(match self {
            Window::CumSum => {
                let column = wide(column)?;
                match sum_of(&column)? {
                    Some(Some(sum)) => Carry::Sum(sum),
                    Some(None) => Carry::Nothing,
                    None => Carry::of(column.sum_reduce()?.into_column("".into()), &column),
                }
            }
            Window::CumMax => {
                number(column, "cummax")?;
                Carry::of(column.max_reduce()?.into_column("".into()), column)
            }
            Window::Ffill => {
                column.last_non_null().map_or(Carry::Nothing, |at| Carry::Value(column.slice(at as i64, 1)))
            }
            Window::Shift(_) | Window::Diff(_) | Window::RollingMean(_) => Carry::Nothing,
        })
    }

    /// What is known after two lots of rows, from what each of them adds.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn carry_on(self, before: &Carry, own: Carry) -> Result<Carry> {
        Ok(match (before, own) {
            (before, Carry::Nothing) => before.clone(),
            (Carry::Nothing, own) => own,
            (Carry::Sum(before), Carry::Sum(own)) => Carry::Sum(before + own),
            (Carry::Value(before), Carry::Value(own)) => match self {
                Window::CumSum => Carry::Value((before + &own)?),
                Window::CumMax => Carry::Value(own.zip_with(&own.gt_eq(before)?, before)?),
                _ => Carry::Value(own),
            },
            (_, own) => own,
        })
    }

    /// The function over a partition before which `carry` is known.
    ///
    /// # Errors
    /// As [`Window::apply`].
    pub fn apply_after(self, carry: &Carry, column: &Column) -> Result<Column> {
        match carry {
            Carry::Nothing => self.apply(column),
            Carry::Sum(sum) => {
                let before = i64::try_from(*sum).map_err(|_| too_large("a sum", column.name()))?;
                sums_from(before, &wide(column)?)
            }
            Carry::Value(value) => {
                let mut wider = value.clone().with_name(column.name().clone());
                wider.append(&if self == Window::CumSum { wide(column)? } else { column.clone() })?;
                let done = self.apply(&wider)?.slice(1, column.len());
                if self == Window::CumSum { narrow(done, column) } else { Ok(done) }
            }
        }
    }
}

/// What a partition must know of the rows before it, to go on where they end.
#[derive(Clone, Debug)]
pub enum Carry {
    /// No value is known.
    Nothing,
    /// The sum of whole numbers.
    Sum(i128),
    /// One row of the column's type: the largest value, the last one, or the sum of numbers with decimals.
    Value(Column),
}

impl Carry {
    /// A reduction of `column`, where it has a value that is known.
    fn of(reduced: Column, column: &Column) -> Self {
        if column.null_count() < column.len() { Carry::Value(reduced) } else { Carry::Nothing }
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Window::Shift(rows) => write!(f, "shift by {rows}"),
            Window::Diff(rows) => write!(f, "difference to the row {rows} before"),
            Window::CumSum => f.write_str("cumulative sum"),
            Window::CumMax => f.write_str("cumulative maximum"),
            Window::Ffill => f.write_str("fill forward"),
            Window::RollingMean(rows) => write!(f, "rolling mean of {rows}"),
        }
    }
}

/// Average rank from 1; equal values share the mean of their ranks, and a null has none.
pub fn rank(column: &Column) -> Column {
    let options = RankOptions { method: RankMethod::Average, descending: false };
    column.as_materialized_series().rank(options, None).into_column().cast(&DataType::Float64).unwrap_or_default()
}

/// The sums so far, beginning with `before`.
fn sums_from(before: i64, column: &Column) -> Result<Column> {
    match sums_so_far(column, before)? {
        Some((sums, true)) => Ok(sums),
        Some((_, false)) => Err(too_large("a sum", column.name())),
        None => Ok(cum_sum(column.as_materialized_series(), false)?.into_column()),
    }
}

fn number(column: &Column, what: &str) -> Result<()> {
    let dtype = column.dtype();
    if dtype.is_primitive_numeric() || dtype.is_temporal() {
        return Ok(());
    }
    Err(no_numbers(column, what))
}

fn no_numbers(column: &Column, what: &str) -> Error {
    Error::input(format!(
        "{what} of column `{}`, which is {}: it takes numbers. Select the columns of numbers first.",
        column.name(),
        column.dtype()
    ))
}

/// Numbers whose sums are `i64` or `f64`: those of `f32` are added up in `f64`, whatever was carried on before them.
fn wide(column: &Column) -> Result<Column> {
    let dtype = column.dtype();
    if !dtype.is_primitive_numeric() {
        return Err(no_numbers(column, "cumsum"));
    }
    match dtype {
        DataType::UInt64 => widened(column, &DataType::Int64),
        DataType::Float32 => Ok(column.cast(&DataType::Float64)?),
        _ => Ok(column.clone()),
    }
}

/// The sums of a column that was made [`wide`] in the type that they have.
fn narrow(sums: Column, column: &Column) -> Result<Column> {
    Ok(if *column.dtype() == DataType::Float32 { sums.cast(&DataType::Float32)? } else { sums })
}

/// The values so many rows before; beyond the last row there is nothing, however far.
fn shifted(column: &Column, rows: i64) -> Column {
    let all = column.len() as i64;
    column.shift(rows.clamp(-all, all))
}
