//! expect: lists in them grow
//!
//! A row per carrier, and in it a list of all its delays: few rows are not few bytes.

use outgrow_exercises::what_does_not_combine::medians;
use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay")]).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let delays = parts.explode(["arr_delay"], ExplodeOptions { empty_as_null: true, keep_nulls: true })?;
    delays.lazy().group_by([col("carrier")]).agg([col("arr_delay").median()]).collect()
}

outgrow_exercises::answer!(what_does_not_combine { part, whole });
