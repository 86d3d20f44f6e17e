//! expect: median of medians
//!
//! The median of each slice counts once, however many flights it is of.

use outgrow_exercises::what_does_not_combine::medians;
use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay").median()]).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    parts.lazy().group_by([col("carrier")]).agg([col("arr_delay").median()]).collect()
}

outgrow_exercises::answer!(what_does_not_combine { part, whole });
