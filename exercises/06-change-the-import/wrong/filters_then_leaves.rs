//! expect: before the groups were made
//!
//! The filter runs on partitions, and for what is "small enough now" all rows come into one piece.

use outgrow::dropin as pd;
use outgrow::{ParquetFiles, Result};
use polars::prelude::*;

/// Per carrier and airport of departure, in summer: `flights` with a known delay, the `mean` and the `worst` delay, in
/// hours.
fn summer(files: &ParquetFiles) -> Result<DataFrame> {
    let flights = pd::read_parquet(files, &["carrier", "origin", "month", "arr_delay"])?;
    let summer = flights.query(col("month").gt(lit(5)).and(col("month").lt(lit(9))))?;
    let hours = summer.into_columns()?.lazy().with_column((col("arr_delay") / lit(60.0)).alias("hours"));
    let figures =
        [col("hours").count().alias("flights"), col("hours").mean().alias("mean"), col("hours").max().alias("worst")];
    let delays = hours.group_by([col("carrier"), col("origin")]).agg(figures);
    Ok(delays.sort(["carrier", "origin"], Default::default()).collect()?)
}

// Hands your function to the check.
outgrow_exercises::answer!(change_the_import { summer });
