//! A question, in at most 38 letters: exercises/template/README.md

use polars::prelude::*;

/// Some flights -> `carrier`, and how many `flights` it has.
fn count(flights: DataFrame) -> PolarsResult<DataFrame> {
    todo!("count the flights of each carrier")
}

// Hands your function to the check.
outgrow_exercises::answer!(template { count });
