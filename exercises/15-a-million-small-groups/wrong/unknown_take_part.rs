//! expect: whose delay is not known take part
//!
//! Nothing is left out, so a day that ends with a flight that never arrived has no answer.

use outgrow::partitioned::{Algo, Engine, by, transform};
use polars::prelude::*;

/// The flights of many aircraft and days, by aircraft and day, and then in order of time -> a row for each of them.
fn gained(flights: DataFrame) -> PolarsResult<DataFrame> {
    let gained = col("arr_delay").last() - col("arr_delay").first();
    flights.lazy().group_by([col("tailnum"), col("month"), col("day")]).agg([gained.alias("gained")]).collect()
}

/// All flights -> a row for each aircraft and day.
fn of_all_days(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, gained)
        .schema("tailnum: str, month: i16, day: i16, gained: i16")
        .partition(by(["tailnum", "month", "day"]).presort("dep_time, id").algo(Algo::Coarse))
        .run(engine)
}

outgrow_exercises::answer!(a_million_small_groups { of_all_days });
