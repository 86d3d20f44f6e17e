//! expect: read before the call
//!
//! Rows spill and the answer is written as it comes, but the flights are there whole before anything begins.

use std::path::Path;

use outgrow::ParquetFiles;
use outgrow::partitioned::{Engine, by, transform};
use polars::prelude::*;

/// The flights of one aircraft, in order of time -> the same, with the delay of the flight before.
fn with_the_one_before(flights: DataFrame) -> PolarsResult<DataFrame> {
    let mut flights = flights;
    let before = flights.column("arr_delay")?.shift(1).with_name("before".into());
    flights.with_column(before)?;
    Ok(flights)
}

/// Writes `id`, `tailnum`, `arr_delay` and `before` of all flights to a Parquet file.
fn answer(files: &ParquetFiles, to: &Path, engine: &dyn Engine) -> outgrow::Result<()> {
    let flights = files.read_all(&["id", "tailnum", "time_hour", "arr_delay"])?;
    transform(flights, with_the_one_before)
        .schema("id: i32, tailnum: str, arr_delay: i16, before: i16")
        .partition(by(["tailnum"]).presort("time_hour, id"))
        .memory_budget("8MiB")
        .save_as(to, engine)?;
    Ok(())
}

outgrow_exercises::answer!(larger_than_memory { answer });
