//! expect: leaves out rows with null
//!
//! What is not known has no place in the order, so it is left out - and a carrier with it.

use outgrow_exercises::what_does_not_combine::medians;
use polars::prelude::*;

/// Some flights, as they lie in one file -> what has to be kept of them.
fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights
        .drop_nulls(Some(&["arr_delay"]))?
        .lazy()
        .group_by([col("carrier"), col("arr_delay")])
        .agg([len().alias("n")])
        .collect()
}

/// What was kept of all files, one below the other -> the answer: `carrier`, and its median `arr_delay`.
fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    medians(&parts)
}

outgrow_exercises::answer!(what_does_not_combine { part, whole });
