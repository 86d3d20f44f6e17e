//! Functions of a row and those before it, and what a partition must know of the one before to go on.

use polars::prelude::*;

use super::arith::{Op, apply};
use super::running::{filled_forward, means_of_last, sum_of, sums_so_far};
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
            Window::Shift(rows) => column.shift(rows),
            Window::Diff(rows) => {
                number(column, "diff")?;
                apply(Op::Sub, column, &column.shift(rows))?
            }
            Window::CumSum => sums_from(0, &wide(column, "cumsum")?)?,
            Window::CumMax => {
                number(column, "cummax")?;
                cum_max(column.as_materialized_series(), false)?.into_column()
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
            Window::CumSum => match sum_of(&wide(column, "cumsum")?)? {
                Some(Some(sum)) => Carry::Sum(sum),
                Some(None) => Carry::Nothing,
                None => Carry::of(column.sum_reduce()?.into_column("".into()), column),
            },
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
                let before = i64::try_from(*sum).map_err(|_| too_large(column.name()))?;
                sums_from(before, &wide(column, "cumsum")?)
            }
            Carry::Value(value) => {
                let mut wider = value.clone().with_name(column.name().clone());
                wider.append(column)?;
                Ok(self.apply(&wider)?.slice(1, column.len()))
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
        Some((_, false)) => Err(too_large(column.name())),
        None => Ok(cum_sum(column.as_materialized_series(), false)?.into_column()),
    }
}

fn number(column: &Column, what: &str) -> Result<()> {
    let dtype = column.dtype();
    if dtype.is_primitive_numeric() || dtype.is_temporal() {
        return Ok(());
    }
    Err(Error::input(format!(
        "{what} of column `{}`, which is {dtype}: it takes numbers. Select the columns of numbers first.",
        column.name()
    )))
}

/// Numbers whose sums are known to be `i64`, or have decimals.
fn wide(column: &Column, what: &str) -> Result<Column> {
    number(column, what)?;
    Ok(if *column.dtype() == DataType::UInt64 { column.cast(&DataType::Int64)? } else { column.clone() })
}

fn too_large(name: &str) -> Error {
    Error::input(format!("a sum of column `{name}` does not fit 64 bits. Cast the column to f64 first."))
}
