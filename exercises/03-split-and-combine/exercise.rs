//! A mean of rows in several files: exercises/03-split-and-combine/README.md

use polars::prelude::*;

/// Some flights, as they lie in one file -> what has to be kept of them: a row per carrier.
fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay").mean()]).collect()
}

/// What was kept of all files, one below the other -> the answer: `carrier`, and its mean `arr_delay`.
fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    parts.lazy().group_by([col("carrier")]).agg([col("arr_delay").mean()]).collect()
}

// Hands your functions to the check.
outgrow_exercises::answer!(split_and_combine { part, whole });
