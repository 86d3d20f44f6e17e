//! Functions of a row and those before it, and what a partition must know of the one before to go on.

use polars::prelude::*;

use super::arith::{Op, apply};
use super::slices::{filled_forward, means_of_last, sums_so_far};
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
            Window::CumSum => {
                let column = wide(column, "cumsum")?;
                match sums_so_far(&column)? {
                    Some((sums, true)) => sums,
                    Some((_, false)) => return Err(too_large(column.name())),
                    None => cum_sum(column.as_materialized_series(), false)?.into_column(),
                }
            }
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

    /// What is known at the end of a partition whose value is `done` and before which `carry` was known: one row.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn carry(self, carry: &Column, done: &Column) -> Result<Column> {
        let last = match done.last_non_null() {
            Some(at) => done.slice(at as i64, 1),
            None => return Ok(carry.clone()),
        };
        self.go_on(carry, &last)
    }

    /// The values of a partition, computed alone, as they are when `carry` (one row) was known before.
    ///
    /// # Errors
    /// [`Error::Input`] for a sum that does not fit 64 bits.
    pub fn go_on(self, carry: &Column, done: &Column) -> Result<Column> {
        if carry.null_count() > 0 {
            return Ok(done.clone());
        }
        let carried = || carry.new_from_index(0, done.len()).with_name(done.name().clone());
        Ok(match self {
            Window::CumSum => {
                if let (Ok(carry), Ok(done)) = (carry.i64(), done.i64()) {
                    let carry = carry.get(0).unwrap_or(0);
                    let fits = |end: Option<i64>| end.is_none_or(|end| end.checked_add(carry).is_some());
                    if !fits(done.min()) || !fits(done.max()) {
                        return Err(too_large(done.name()));
                    }
                }
                (done + &carried())?
            }
            Window::CumMax => {
                let keep = &done.gt_eq(&carried())? | &done.is_null();
                done.zip_with(&keep, &carried())?
            }
            Window::Ffill => done.zip_with(&done.is_not_null(), &carried())?,
            Window::Shift(_) | Window::Diff(_) | Window::RollingMean(_) => done.clone(),
        })
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
