//! expect: lists in them grow
//!
//! A row per carrier, and in it a list of all its delays: few rows are not few bytes.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay")]).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let delays = parts.explode(["arr_delay"], ExplodeOptions { empty_as_null: true, keep_nulls: true })?;
    delays.lazy().group_by([col("carrier")]).agg([col("arr_delay").mean()]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
