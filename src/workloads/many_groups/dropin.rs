//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use super::{COLUMNS, burn, cost};
use crate::dropin as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    let rows = pd::read_parquet(files, &COLUMNS)?;
    rows.groupby(&["group"]).apply(|rows| burn(rows, &cost()))?.into_columns()
}
// ANCHOR_END: answer
