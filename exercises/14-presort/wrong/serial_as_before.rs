//! expect: ran on another engine
//!
//! A sort before the call is enough on one thread, which hands rows over as they lie: so one thread it is.

use outgrow::partitioned::{Engine, Serial, by, transform};
use polars::prelude::*;

/// The flights of one aircraft on one day -> the first row.
fn first_row(flights: DataFrame) -> DataFrame {
    flights.head(Some(1))
}

/// All flights -> for each aircraft and day the flight that left first.
fn first_of_day(flights: DataFrame, _engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    let options = SortMultipleOptions::default().with_order_descending_multi([false, false]).with_nulls_last(true);
    let flights = flights.sort(["dep_time", "id"], options)?;
    transform(flights, first_row)
        .schema("tailnum: str, month: i16, day: i16, id: i32, dep_time: i16, dest: str")
        .partition(by(["tailnum", "month", "day"]))
        .run(&Serial)
}

/// All flights -> for each aircraft and day the flight that left last.
fn last_of_day(flights: DataFrame, _engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    let options = SortMultipleOptions::default().with_order_descending_multi([true, false]).with_nulls_last(true);
    let flights = flights.sort(["dep_time", "id"], options)?;
    transform(flights, first_row)
        .schema("tailnum: str, month: i16, day: i16, id: i32, dep_time: i16, dest: str")
        .partition(by(["tailnum", "month", "day"]))
        .run(&Serial)
}

outgrow_exercises::answer!(presort { first_of_day, last_of_day });
