//! A mean does not combine. A sum does, a count does, and a mean is made of both at the end.

use polars::prelude::*;

/// Some flights, as they lie in one file -> what has to be kept of them: a row per carrier.
fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    let known = [col("arr_delay").sum().alias("total"), col("arr_delay").count().alias("n")];
    flights.lazy().group_by([col("carrier")]).agg(known).collect()
}

/// What was kept of all files, one below the other -> the answer: `carrier`, and its mean `arr_delay`.
fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let n = col("n").sum().cast(DataType::Float64);
    let mean = when(n.clone().gt(lit(0))).then(col("total").sum() / n).otherwise(lit(NULL));
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

// Hands your functions to the check.
outgrow_exercises::answer!(split_and_combine { part, whole });
