//! expect: ran on another engine
//!
//! As many threads as there are cores, whatever was asked for: each of them holds a slice.

use std::path::Path;

use outgrow::ParquetFiles;
use outgrow::partitioned::{Engine, Threads, by, transform};
use polars::prelude::*;

/// The flights of one aircraft, in order of time -> the same, with the delay of the flight before.
fn with_the_one_before(flights: DataFrame) -> PolarsResult<DataFrame> {
    let mut flights = flights;
    let before = flights.column("arr_delay")?.shift(1).with_name("before".into());
    flights.with_column(before)?;
    Ok(flights)
}

/// Writes `id`, `tailnum`, `arr_delay` and `before` of all flights to a Parquet file.
fn answer(files: &ParquetFiles, to: &Path, _engine: &dyn Engine) -> outgrow::Result<()> {
    transform((files, ["id", "tailnum", "time_hour", "arr_delay"]), with_the_one_before)
        .schema("id: i32, tailnum: str, arr_delay: i16, before: i16")
        .partition(by(["tailnum"]).presort("time_hour, id"))
        .memory_budget("8MiB")
        .save_as(to, &Threads::default())?;
    Ok(())
}

outgrow_exercises::answer!(larger_than_memory { answer });
