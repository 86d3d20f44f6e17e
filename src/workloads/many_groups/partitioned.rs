//! The partitioned answer: the same function, and how the rows are split.

use polars::prelude::*;

use super::{COLUMNS, burn, cost};
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let burnt = transform((files, COLUMNS), burn)
        .params(cost())
        .schema("group: i32, n: i64, burnt: i64")
        .partition(by(["group"]))
        .run(engine)?;
    Ok(burnt.sort(["group"], SortMultipleOptions::default())?)
}
// ANCHOR_END: answer

// By this name executors of a cluster find it.
crate::register!(burn, name = "many-groups: burn");
