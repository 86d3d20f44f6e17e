//! A function for experiments: slow as asked, and with the mishaps that are asked for.
//!
//! The failure lab of the book and the tests of faults call it: `lab: work`.

use std::time::Duration;

use polars::prelude::*;
use serde::{Deserialize, Serialize};

/// How slow the function is, and for which key what happens.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Mishaps {
    /// Milliseconds that each group takes.
    pub sleep_ms: u64,
    /// It gives an error for this key.
    pub fails_at: Option<i64>,
    /// It panics for this key.
    pub panics_at: Option<i64>,
    /// It ends its process for this key.
    pub aborts_at: Option<i64>,
    /// It breaks its schema for this key.
    pub breaks_schema_at: Option<i64>,
}

/// The rows of one key -> `key: i64, rows: i64, sum: i64`, the sum of their values.
///
/// # Errors
/// For the key that is asked for, and for rows without `key: i64` and `value: i64`.
pub fn work(rows: DataFrame, mishaps: &Mishaps) -> anyhow::Result<DataFrame> {
    let key = rows.column("key")?.i64()?.get(0);
    std::thread::sleep(Duration::from_millis(mishaps.sleep_ms));
    let at = |which: Option<i64>| which.is_some() && which == key;
    anyhow::ensure!(!at(mishaps.fails_at), "a singular matrix, as it was asked for");
    assert!(!at(mishaps.panics_at), "an index out of bounds, as it was asked for");
    if at(mishaps.aborts_at) {
        std::process::abort();
    }
    if at(mishaps.breaks_schema_at) {
        return Ok(df!("key" => [key])?);
    }
    let sum = rows.column("value")?.i64()?.sum();
    Ok(df!("key" => [key], "rows" => [rows.height() as i64], "sum" => [sum])?)
}

/// The rows of several whole keys -> what [`work`] gives for each of them: for calls with `coarse`.
///
/// # Errors
/// For rows without `key: i64` and `value: i64`.
pub fn totals(rows: DataFrame) -> PolarsResult<DataFrame> {
    let of_each = [len().cast(DataType::Int64).alias("rows"), col("value").sum().alias("sum")];
    rows.lazy().group_by([col("key")]).agg(of_each).collect()
}

/// What [`work`] returns.
pub const SCHEMA: &str = "key: i64, rows: i64, sum: i64";

outgrow::register!(work, name = "lab: work");
outgrow::register!(totals, name = "lab: totals");

/// Rows for experiments: `key: i64` from 0, as many rows of each, and `value: i64`, their numbers.
///
/// ```
/// let rows = outgrow_cluster::lab::rows(10, 3);
/// assert_eq!((rows.height(), rows.column("key").unwrap().n_unique().unwrap()), (30, 10));
/// ```
pub fn rows(keys: i64, of_each: i64) -> DataFrame {
    let rows = keys * of_each;
    let columns = vec![
        Column::new("key".into(), (0..rows).map(|row| row % keys).collect::<Vec<_>>()),
        Column::new("value".into(), (0..rows).collect::<Vec<_>>()),
    ];
    DataFrame::new(rows as usize, columns).unwrap_or_default()
}
