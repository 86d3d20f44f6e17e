//! expect: null where 0 is meant
//!
//! What a left join does not find is null, also where "none" is the answer.

use outgrow::Result;
use outgrow::partitioned::{How, Serial, Table};
use polars::prelude::*;

fn by_aircraft(flights: DataFrame) -> Result<DataFrame> {
    let flights = Table::from(flights);
    let all = flights.aggregate(["tailnum"], [len().alias("flights")]);
    let cancelled = flights.filter(col("dep_time").is_null()).aggregate(["tailnum"], [len().alias("cancelled")]);
    all.join(cancelled, How::Left).run(&Serial)
}

outgrow_exercises::answer!(null_keys { by_aircraft });
