//! expect: 0 divided by 0
//!
//! Nothing known is no special case, until nothing is divided by nothing.

use polars::prelude::*;

/// Some flights, as they lie in one file -> what has to be kept of them: a row per carrier.
fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    let known = [col("arr_delay").sum().alias("total"), col("arr_delay").count().alias("n")];
    flights.lazy().group_by([col("carrier")]).agg(known).collect()
}

/// What was kept of all files, one below the other -> the answer: `carrier`, and its mean `arr_delay`.
fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let n = col("n").sum().cast(DataType::Float64);
    let mean = col("total").sum() / n;
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
