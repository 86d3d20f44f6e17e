//! expect: grows with the flights
//!
//! Right, and nothing is gained: all flights go to the one who makes the answer.

use outgrow_exercises::what_does_not_combine::medians;
use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.select(["carrier", "arr_delay"])
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    parts.lazy().group_by([col("carrier")]).agg([col("arr_delay").median()]).collect()
}

outgrow_exercises::answer!(what_does_not_combine { part, whole });
