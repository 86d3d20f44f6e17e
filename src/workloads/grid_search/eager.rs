//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use super::COLUMNS;
use super::model::best_model;
use crate::eager as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    let flights = pd::read_parquet(files, &COLUMNS)?;
    flights.groupby(&["carrier"]).apply(best_model)?.into_columns()
}
// ANCHOR_END: answer
