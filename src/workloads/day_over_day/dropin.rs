//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::dropin as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    use pd::Agg::{Count, Max, Mean, Min};

    let flights = pd::read_parquet(files, &["origin", "dest", "month", "day", "arr_delay"])?;
    let days = flights.groupby(&["origin", "dest", "month", "day"]).agg(&[("delay", "arr_delay", Mean)])?;
    let days = days.query(pl::col("delay").is_not_null())?.reset_index()?;
    let change = days.groupby(&["origin", "dest"]).transform("delay", pd::Transform::Window(pd::Window::Diff(1)))?;
    let routes = days.set_column("change", &change)?.groupby(&["origin", "dest"]).agg(&[
        ("days", "delay", Count),
        ("rise", "change", Max),
        ("fall", "change", Min),
    ])?;
    routes.reset_index()?.into_columns()
}
// ANCHOR_END: answer
