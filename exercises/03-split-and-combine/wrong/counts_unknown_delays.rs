//! expect: all flights, also those whose delay is not known
//!
//! `len` instead of `count`: SQL's `count(*)` instead of `count(arr_delay)`.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay").sum().alias("total"), len().alias("n")]).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let mean = col("total").sum() / col("n").sum().cast(DataType::Float64);
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
