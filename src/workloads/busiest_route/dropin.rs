//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::dropin as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    let flights = pd::read_parquet(files, &["origin", "dest"])?;
    let flights = flights.assign("route", pl::col("origin") + pl::lit("-") + pl::col("dest"))?;
    let routes = flights.col("route")?.value_counts()?.to_frame("count")?.reset_index()?;
    routes.sort_values(&["count", "route"], &[false, true])?.head(10).into_columns()
}
// ANCHOR_END: answer
