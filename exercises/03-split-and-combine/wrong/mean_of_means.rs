//! expect: mean of means
//!
//! The mean of each slice counts once, however many flights it is of.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay").mean().alias("mean")]).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let mean = col("mean").sum() / col("mean").count().cast(DataType::Float64);
    let mean = when(col("mean").count().gt(lit(0))).then(mean).otherwise(lit(NULL));
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
