//! Why this is right, in a sentence.

use polars::prelude::*;

/// Some flights -> `carrier`, and how many `flights` it has.
fn count(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([len().alias("flights")]).collect()
}

// Hands your function to the check.
outgrow_exercises::answer!(template { count });
