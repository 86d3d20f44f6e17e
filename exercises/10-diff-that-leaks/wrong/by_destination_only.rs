//! expect: the airport of arrival alone
//!
//! A route has two ends, and this is the other one.

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
    days.sort_values(&["month", "day"], &[true])?.groupby(&["dest"]).apply(with_change)
}

outgrow_exercises::answer!(diff_that_leaks { day_over_day });
