//! expect: a table for each group
//!
//! Few calls, but within them what the engine did before.

use outgrow::partitioned::{Algo, Engine, by, transform};
use polars::prelude::*;

/// The flights of many aircraft and days, by aircraft and day, and then in order of time -> a row for each of them.
fn gained(flights: DataFrame) -> PolarsResult<DataFrame> {
    let known = flights.drop_nulls(Some(&["arr_delay"]))?;
    let keys = ["tailnum", "month", "day"];
    let mut gained = vec![];
    for group in known.partition_by_stable(keys, true)? {
        let delays = group.column("arr_delay")?.i16()?;
        gained.push(delays.last().zip(delays.first()).map(|(last, first)| last - first));
    }
    let mut answer = known.select(keys)?.unique_stable(None, UniqueKeepStrategy::First, None)?;
    answer.with_column(Column::new("gained".into(), gained))?;
    Ok(answer)
}

/// All flights -> a row for each aircraft and day.
fn of_all_days(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, gained)
        .schema("tailnum: str, month: i16, day: i16, gained: i16")
        .partition(by(["tailnum", "month", "day"]).presort("dep_time, id").algo(Algo::Coarse))
        .run(engine)
}

outgrow_exercises::answer!(a_million_small_groups { of_all_days });
