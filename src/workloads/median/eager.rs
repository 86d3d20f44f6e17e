//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::eager as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    use pd::Agg::{Count, Median, Quantile};

    let flights = pd::read_parquet(files, &["origin", "dest", "arr_delay"])?;
    let routes = flights.groupby(&["origin", "dest"]).agg(&[
        ("flights", "arr_delay", Count),
        ("median", "arr_delay", Median),
        ("p90", "arr_delay", Quantile(0.9)),
    ])?;
    routes.reset_index()?.into_columns()
}
// ANCHOR_END: answer
