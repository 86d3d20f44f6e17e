//! Change the import: exercises/06-change-the-import/README.md

use outgrow::eager as pd;
use outgrow::{ParquetFiles, Result};
use polars::prelude::*;

/// Per carrier and airport of departure, in summer: `flights` with a known delay, the `mean` and the `worst` delay, in
/// hours.
fn summer(files: &ParquetFiles) -> Result<DataFrame> {
    use pd::Agg::{Count, Max, Mean};

    let flights = pd::read_parquet(files, &["carrier", "origin", "month", "arr_delay"])?;
    let summer = flights.query(col("month").gt(lit(5)).and(col("month").lt(lit(9))))?;
    let hours = summer.assign("hours", col("arr_delay") / lit(60.0))?;
    let delays = hours.groupby(&["carrier", "origin"]).agg(&[
        ("flights", "hours", Count),
        ("mean", "hours", Mean),
        ("worst", "hours", Max),
    ])?;
    delays.reset_index()?.into_columns()
}

// Hands your function to the check.
outgrow_exercises::answer!(change_the_import { summer });
