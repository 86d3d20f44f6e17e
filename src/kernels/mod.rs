//! What every mode does to rows once it has them.
//!
//! Single-threaded and the same for all modes, so that a difference between modes is a difference of dividing and
//! moving, not of a better loop. [`Groups`] find what belongs together, [`reduce()`] and [`transform()`] work on groups,
//! [`window`] looks back, [`join`] and [`arith`] put two tables together, [`select`] and [`order`] choose and sort,
//! [`csv`] reads text, [`show`] prints.

pub mod arith;
pub mod csv;
pub mod describe;
mod groups;
pub mod join;
mod moments;
pub mod order;
mod packed;
mod reduce;
mod running;
pub mod select;
pub mod show;
mod slices;
mod transform;
pub mod window;

use polars::prelude::{Column, DataFrame, DataType, IntoColumn};

use crate::error::{Error, Result};

pub use arith::{Op, Scalar};
pub use groups::{Groups, column, order_by_code, slices_by_codes};
pub use join::How;
pub use moments::Moments;
pub use reduce::{Agg, WholeSums, moments, quantile, reduce, whole_sums};
pub use transform::{Transform, spread, transform, without_null_keys, z_scores};
pub use window::Window;

/// Which of several equal rows is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The first.
    First,
    /// The last.
    Last,
}

/// A column in another type, without losing a value.
///
/// # Errors
/// [`Error::Input`] for a number without sign that is too large for 64 bits with one.
fn widened(column: &Column, dtype: &DataType) -> Result<Column> {
    match (column.dtype(), dtype) {
        // Not even a cast to the same type: it would forget a time zone.
        (from, to) if from == to => Ok(column.clone()),
        (DataType::UInt64, DataType::Int64) => {
            column.strict_cast(dtype).map_err(|_| too_large("a value", column.name()))
        }
        _ => Ok(column.cast(dtype)?),
    }
}

/// Whole numbers as the times that they stand for, time zone included.
fn as_times(numbers: &Column, dtype: &DataType) -> Result<Column> {
    Ok(match dtype {
        DataType::Datetime(unit, zone) => numbers.i64()?.clone().into_datetime(*unit, zone.clone()).into_column(),
        _ => numbers.cast(dtype)?,
    })
}

/// Checks that what a function gave for each group can lie one below the other.
///
/// # Errors
/// [`Error::Input`] for other columns or types than those of the first.
pub fn all_alike(results: &[DataFrame]) -> Result<()> {
    let Some(first) = results.first() else { return Ok(()) };
    let Some(other) = results.iter().find(|result| result.schema() != first.schema()) else { return Ok(()) };
    let in_words = |result: &DataFrame| {
        let fields = result.columns().iter().map(|column| format!("{}: {}", column.name(), column.dtype()));
        fields.collect::<Vec<_>>().join(", ")
    };
    Err(Error::input(format!(
        "apply: the function gave ({}) for one group and ({}) for another. Give the same columns and types for all.",
        in_words(first),
        in_words(other)
    )))
}

/// Says that 64 bits with a sign do not hold a value or a result.
pub(crate) fn too_large(what: &str, column: &str) -> Error {
    Error::input(format!("{what} of column `{column}` does not fit 64 bits. Cast the column to f64 first."))
}

/// The first or last row of each group, as a mark per row.
pub fn kept(groups: &Groups, keep: Keep) -> polars::prelude::BooleanChunked {
    let mut seen = vec![false; groups.len()];
    let mut marks = vec![false; groups.codes().len()];
    let mut visit = |row: usize| {
        let seen = &mut seen[groups.codes()[row] as usize];
        marks[row] = !std::mem::replace(seen, true);
    };
    match keep {
        Keep::First => (0..groups.codes().len()).for_each(&mut visit),
        Keep::Last => (0..groups.codes().len()).rev().for_each(&mut visit),
    }
    marks.into_iter().map(Some).collect()
}
