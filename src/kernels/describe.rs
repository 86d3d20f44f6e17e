//! The eight figures of pandas' `describe`.

use polars::prelude::*;

use super::Moments;
use crate::error::{Error, Result};
use crate::labels::{NAMELESS, Rows};

/// The shares of the three quartiles.
pub const QUARTILES: [f64; 3] = [0.25, 0.5, 0.75];

/// What `describe` says of one column.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The column's name.
    pub name: PlSmallStr,
    /// Known values, their mean and spread.
    pub moments: Moments,
    /// Smallest and largest.
    pub ends: [Option<f64>; 2],
    /// At [`QUARTILES`].
    pub quartiles: [Option<f64>; 3],
}

/// The columns that `describe` is about.
///
/// # Errors
/// [`Error::Input`] when there is no column of numbers.
pub fn described(frame: &DataFrame) -> Result<Vec<PlSmallStr>> {
    let numbers = frame.columns().iter().filter(|column| column.dtype().is_primitive_numeric());
    let numbers: Vec<PlSmallStr> = numbers.map(|column| column.name().clone()).collect();
    match numbers.is_empty() {
        true => Err(Error::input("describe: there is no column of numbers. Select or cast one.")),
        false => Ok(numbers),
    }
}

/// The summaries as a table: a column each, and a row per figure.
///
/// # Errors
/// What the dataframe engine reports.
pub fn table(summaries: &[Summary]) -> Result<Rows> {
    let figures = df!(NAMELESS => ["count", "mean", "std", "min", "25%", "50%", "75%", "max"])?;
    let columns = summaries.iter().map(|summary| {
        let [low, middle, high] = summary.quartiles;
        let of = &summary.moments;
        let values = [Some(of.n as f64), of.mean(), of.std(), summary.ends[0], low, middle, high, summary.ends[1]];
        Column::new(summary.name.clone(), values)
    });
    Ok(Rows::labelled(figures, DataFrame::new(8, columns.collect())?))
}
