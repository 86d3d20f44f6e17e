//! expect: as if it had been like the day before
//!
//! Null looks like work left undone, so it is filled.

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
    let changed = days.sort_values(&["month", "day"], &[true])?.groupby(&["origin", "dest"]).apply(with_change)?;
    changed.assign("change", col("change").fill_null(lit(0.0)))
}

outgrow_exercises::answer!(diff_that_leaks { day_over_day });
