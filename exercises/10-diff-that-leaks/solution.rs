//! Neighbours are made: first the order, then the group, and only then the row above.

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
    days.sort_values(&["month", "day"], &[true])?.groupby(&["origin", "dest"]).apply(with_change)
}

// Hands your function to the check.
outgrow_exercises::answer!(diff_that_leaks { day_over_day });
