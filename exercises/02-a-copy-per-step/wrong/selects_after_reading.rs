//! expect: columns that nobody asks for
//!
//! `select` comes after the reading: by then everything is there.

use outgrow::eager::{self as pd, Agg};
use outgrow::{ParquetFiles, Result};
use polars::prelude::*;

/// `carrier`, and of its flights of more than 1,000 miles: `flights` (how many have a known delay), `mean` (delay in
/// hours).
fn delays(files: &ParquetFiles) -> Result<DataFrame> {
    let columns = ["year", "month", "day", "carrier", "tailnum", "origin", "dest", "distance", "arr_delay"];
    let flights = pd::read_parquet(files, &columns)?;
    let flights = flights.select(&["carrier", "distance", "arr_delay"])?;
    let long = flights.query(col("distance").gt(lit(1000)))?;
    let long = long.assign("hours", col("arr_delay") / lit(60.0))?;
    let delays = long.groupby(&["carrier"]).agg(&[("flights", "hours", Agg::Count), ("mean", "hours", Agg::Mean)])?;
    delays.reset_index()?.into_columns()
}

// Hands your function to the check.
outgrow_exercises::answer!(a_copy_per_step { delays });
