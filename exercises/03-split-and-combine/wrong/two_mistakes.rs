//! expect: Two things at once
//!
//! All flights are counted, and a whole number is divided by a whole number.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay").sum().alias("total"), len().alias("n")]).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let mean = col("total").sum() / col("n").sum().cast(DataType::Int64);
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
