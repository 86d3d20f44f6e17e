//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::eager as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    let flights = pd::read_parquet(files, &["time_hour", "id", "carrier", "arr_delay"])?;
    let late = flights.query(pl::col("arr_delay").gt(pl::lit(60)))?.sort_values(&["time_hour", "id"], &[true])?;
    let late = late.drop_index();
    let middle = late.len() as i64 / 2;
    let chosen = pd::concat(&[&late.iloc_range(middle, middle + 10), &late.tail(10)])?;
    let chosen = chosen.reset_index()?.rename(&[("index", "place")])?.drop_duplicates(&["place"], pd::Keep::First)?;
    chosen.select(&["place", "id", "carrier", "arr_delay"])?.into_columns()
}
// ANCHOR_END: answer
