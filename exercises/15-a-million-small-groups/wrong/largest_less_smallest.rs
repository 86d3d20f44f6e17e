//! expect: largest delay of a day less the smallest
//!
//! How far the delays of a day lie apart, which is the same where they only grow.

use outgrow::partitioned::{Algo, Engine, by, transform};
use polars::prelude::*;

/// The flights of many aircraft and days, by aircraft and day, and then in order of time -> a row for each of them.
fn gained(flights: DataFrame) -> PolarsResult<DataFrame> {
    let gained = col("arr_delay").max() - col("arr_delay").min();
    flights
        .lazy()
        .filter(col("arr_delay").is_not_null())
        .group_by([col("tailnum"), col("month"), col("day")])
        .agg([gained.alias("gained")])
        .collect()
}

/// All flights -> a row for each aircraft and day.
fn of_all_days(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, gained)
        .schema("tailnum: str, month: i16, day: i16, gained: i16")
        .partition(by(["tailnum", "month", "day"]).presort("dep_time, id").algo(Algo::Coarse))
        .run(engine)
}

outgrow_exercises::answer!(a_million_small_groups { of_all_days });
