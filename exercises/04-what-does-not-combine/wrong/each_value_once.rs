//! expect: Each delay counts once
//!
//! Each value once is small, but no longer says where the middle is.

use outgrow_exercises::what_does_not_combine::medians;
use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.select(["carrier", "arr_delay"])?.unique_stable(None, UniqueKeepStrategy::Any, None)
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    parts.lazy().group_by([col("carrier")]).agg([col("arr_delay").median()]).collect()
}

outgrow_exercises::answer!(what_does_not_combine { part, whole });
