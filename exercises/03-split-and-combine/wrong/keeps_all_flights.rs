//! expect: a partial result grows with the flights
//!
//! Right, and nothing is gained: all flights go to the one who makes the answer.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.select(["carrier", "arr_delay"])
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    parts.lazy().group_by([col("carrier")]).agg([col("arr_delay").mean()]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
