//! expect: of which no flight was cancelled
//!
//! An inner join keeps what both sides have, and null is nothing that both have.

use outgrow::Result;
use outgrow::partitioned::{How, Serial, Table};
use polars::prelude::*;

fn by_aircraft(flights: DataFrame) -> Result<DataFrame> {
    let flights = Table::from(flights);
    let all = flights.aggregate(["tailnum"], [len().alias("flights")]);
    let cancelled = flights.filter(col("dep_time").is_null()).aggregate(["tailnum"], [len().alias("cancelled")]);
    all.join(cancelled, How::Inner).run(&Serial)
}

outgrow_exercises::answer!(null_keys { by_aircraft });
