//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

// ANCHOR: import
use crate::eager as pd;
// ANCHOR_END: import
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    let flights = pd::read_parquet(files, &["dest", "arr_delay", "id", "carrier"])?;
    let latest = flights
        .query(pl::col("dest").is_not_null())?
        // The latest first, and of two that are equally late the one with the smaller id.
        .sort_values(&["arr_delay", "id"], &[false, true])?;
    let latest = latest.drop_duplicates(&["dest"], pd::Keep::First)?;
    latest.sort_values(&["dest"], &[true])?.into_columns()
}
// ANCHOR_END: answer
