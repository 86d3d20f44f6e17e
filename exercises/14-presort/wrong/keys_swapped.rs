//! expect: with the smallest `id` of each
//!
//! Both columns are named, the one that decides nothing of its own first.

use outgrow::partitioned::{Engine, by, transform};
use polars::prelude::*;

/// The flights of one aircraft on one day -> the first row.
fn first_row(flights: DataFrame) -> DataFrame {
    flights.head(Some(1))
}

/// All flights -> for each aircraft and day the flight that left first.
fn first_of_day(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, first_row)
        .schema("tailnum: str, month: i16, day: i16, id: i32, dep_time: i16, dest: str")
        .partition(by(["tailnum", "month", "day"]).presort("dep_time, id"))
        .run(engine)
}

/// All flights -> for each aircraft and day the flight that left last.
fn last_of_day(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, first_row)
        .schema("tailnum: str, month: i16, day: i16, id: i32, dep_time: i16, dest: str")
        .partition(by(["tailnum", "month", "day"]).presort("id, dep_time desc"))
        .run(engine)
}

outgrow_exercises::answer!(presort { first_of_day, last_of_day });
