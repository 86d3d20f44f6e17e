//! expect: still another route's there
//!
//! Sorted by route and time, `diff` is right but for one row per route: the mistake that nobody sees.

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

fn day_over_day(days: &pd::DataFrame) -> Result<pd::DataFrame> {
    let days = days.sort_values(&["origin", "dest", "month", "day"], &[true])?;
    let change = days.col("delay")?.diff(1)?;
    days.set_column("change", &change)
}

outgrow_exercises::answer!(diff_that_leaks { day_over_day });
