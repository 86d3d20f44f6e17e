//! The partitioned answer: each slice gives its late flights; their order is a matter of the end.

use polars::prelude::*;

use crate::kernels::order::sorted;
use crate::partitioned::{Engine, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let late = transform((files, ["time_hour", "id", "carrier", "arr_delay"]), late).schema("*").run(engine)?;
    // Places in order of time; of the rows themselves only twenty are wanted.
    let in_order = sorted(&late.select(["time_hour", "id"])?, &[true, true])?;
    let (rows, middle) = (late.height(), late.height() / 2);
    let places: Vec<i64> =
        (middle..rows).filter(|place| *place < middle + 10 || *place + 10 >= rows).map(|place| place as i64).collect();
    let rows_at = places.iter().map(|place| in_order.get(*place as usize));
    let chosen = late.select(["id", "carrier", "arr_delay"])?;
    let mut chosen = chosen.take(&IdxCa::from_iter_options("".into(), rows_at))?;
    chosen.insert_column(0, Column::new("place".into(), places))?;
    Ok(chosen)
}

/// Some flights -> those more than an hour late.
fn late(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.filter(&flights.column("arr_delay")?.i16()?.gt(60))
}
// ANCHOR_END: answer

// By this name executors of a cluster find it.
crate::register!(late, name = "middle-rows: late");
