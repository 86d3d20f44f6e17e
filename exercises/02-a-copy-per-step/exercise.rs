//! What does a copy per step cost? exercises/02-a-copy-per-step/README.md

use outgrow::eager::{self as pd, Agg};
use outgrow::{ParquetFiles, Result};
use polars::prelude::*;

/// `carrier`, and of its flights of more than 1,000 miles: `flights` (how many have a known delay), `mean` (delay in
/// hours).
fn delays(files: &ParquetFiles) -> Result<DataFrame> {
    let columns = ["year", "month", "day", "carrier", "tailnum", "origin", "dest", "distance", "arr_delay"];
    let flights = pd::read_parquet(files, &columns)?;
    let sorted = flights.sort_values(&["carrier"], &[true])?;
    let hours = sorted.assign("hours", col("arr_delay") / lit(60.0))?;
    let long = hours.query(col("distance").gt(lit(1000)))?;
    let delays = long.groupby(&["carrier"]).agg(&[("flights", "hours", Agg::Count), ("mean", "hours", Agg::Mean)])?;
    delays.reset_index()?.into_columns()
}

// Hands your function to the check.
outgrow_exercises::answer!(a_copy_per_step { delays });
