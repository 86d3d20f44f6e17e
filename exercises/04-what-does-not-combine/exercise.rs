//! A median of rows in several files: exercises/04-what-does-not-combine/README.md

use outgrow_exercises::what_does_not_combine::medians;
use polars::prelude::*;

/// Some flights, as they lie in one file -> what has to be kept of them.
fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay").median()]).collect()
}

/// What was kept of all files, one below the other -> the answer: `carrier`, and its median `arr_delay`.
fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    parts.lazy().group_by([col("carrier")]).agg([col("arr_delay").median()]).collect()
}

// Hands your functions to the check.
outgrow_exercises::answer!(what_does_not_combine { part, whole });
