//! How much worse than the day before? exercises/10-diff-that-leaks/README.md

use outgrow::Result;
use outgrow::dropin as pd;
use polars::prelude::*;

/// The days of one route, in order -> the same, and by how much `delay` is larger than the day before.
fn with_change(days: DataFrame) -> Result<DataFrame> {
    let mut days = days;
    let delay = days.column("delay")?;
    let change = (delay - &delay.shift(1))?.with_name("change".into());
    days.with_column(change)?;
    Ok(days)
}

/// The days of all routes -> the same, with `change`.
fn day_over_day(days: &pd::DataFrame) -> Result<pd::DataFrame> {
    let change = days.col("delay")?.diff(1)?;
    days.set_column("change", &change)
}

// Hands your function to the check.
outgrow_exercises::answer!(diff_that_leaks { day_over_day });
