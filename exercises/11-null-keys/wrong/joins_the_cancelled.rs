//! expect: has found its other half
//!
//! Both tables have a row for null, and a join does not bring them together.

use outgrow::Result;
use outgrow::partitioned::{How, Serial, Table};
use polars::prelude::*;

fn by_aircraft(flights: DataFrame) -> Result<DataFrame> {
    let flights = Table::from(flights);
    let all = flights.aggregate(["tailnum"], [len().alias("flights")]);
    let cancelled = flights.filter(col("dep_time").is_null()).aggregate(["tailnum"], [len().alias("cancelled")]);
    all.join(cancelled, How::Left).fillna(0u32, &["cancelled"]).run(&Serial)
}

outgrow_exercises::answer!(null_keys { by_aircraft });
