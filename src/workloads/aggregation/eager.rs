//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::eager as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    use pd::Agg::{Count, Max, Mean, Min, Std, Sum};

    let columns = ["carrier", "origin", "arr_delay", "distance"];
    let flights = pd::read_parquet(files, &columns)?;
    let delays = flights.groupby(&["carrier", "origin"]).agg(&[
        ("flights", "arr_delay", Count),
        ("mean", "arr_delay", Mean),
        ("std", "arr_delay", Std),
        ("min", "arr_delay", Min),
        ("max", "arr_delay", Max),
        ("distance", "distance", Sum),
    ])?;
    delays.reset_index()?.into_columns()
}
// ANCHOR_END: answer
