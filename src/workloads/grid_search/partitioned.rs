//! The partitioned answer: the same function, and how the rows are split.

use polars::prelude::*;

use super::COLUMNS;
use super::model::best_model;
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let models = transform((files, COLUMNS), best_model)
        .schema("carrier: str, n: i64, penalty: f64, l1_ratio: f64, rmse: f64")
        .partition(by(["carrier"]))
        .run(engine)?;
    let models = models.drop_nulls(Some(&["carrier"]))?;
    Ok(models.sort(["carrier"], SortMultipleOptions::default())?)
}
// ANCHOR_END: answer

// By this name executors of a cluster find it.
crate::register!(best_model, name = "grid-search: best_model");
