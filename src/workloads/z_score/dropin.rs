//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::dropin as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    use pd::Agg::{Count, Max, Mean};

    let flights = pd::read_parquet(files, &["carrier", "arr_delay"])?;
    let score = flights.groupby(&["carrier"]).transform("arr_delay", pd::Transform::ZScore)?;
    let flights = flights.set_column("score", &score)?;
    let unusual = flights.filter(&score.gt(3)?)?.groupby(&["carrier"]).agg(&[
        ("flights", "score", Count),
        ("highest", "score", Max),
        ("mean", "arr_delay", Mean),
    ])?;
    unusual.reset_index()?.into_columns()
}
// ANCHOR_END: answer
