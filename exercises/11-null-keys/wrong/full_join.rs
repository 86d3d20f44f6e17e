//! expect: two rows with null
//!
//! A full join keeps both rows, side by side with nothing.

use outgrow::Result;
use outgrow::partitioned::{How, Serial, Table};
use polars::prelude::*;

fn by_aircraft(flights: DataFrame) -> Result<DataFrame> {
    let flights = Table::from(flights);
    let all = flights.aggregate(["tailnum"], [len().alias("flights")]);
    let cancelled = flights.filter(col("dep_time").is_null()).aggregate(["tailnum"], [len().alias("cancelled")]);
    all.join(cancelled, How::Full).fillna(0u32, &["flights", "cancelled"]).run(&Serial)
}

outgrow_exercises::answer!(null_keys { by_aircraft });
