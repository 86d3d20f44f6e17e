//! The partitioned answer: each slice gives its late flights; their order is a matter of the end.

use polars::prelude::*;

use crate::partitioned::{Engine, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let late = transform((files, ["time_hour", "id", "carrier", "arr_delay"]), late).schema("*").run(engine)?;
    let late = late.sort(["time_hour", "id"], SortMultipleOptions::default())?;
    let (rows, middle) = (late.height(), late.height() / 2);
    let places = (middle..rows).filter(|place| *place < middle + 10 || *place + 10 >= rows);
    let places: Vec<IdxSize> = places.map(|place| place as IdxSize).collect();
    let mut chosen = late.select(["id", "carrier", "arr_delay"])?.take(&IdxCa::from_vec("".into(), places.clone()))?;
    chosen.insert_column(0, Column::new("place".into(), places.iter().map(|place| i64::from(*place)).collect::<Vec<_>>()))?;
    Ok(chosen)
}

/// Some flights -> those more than an hour late.
fn late(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.filter(&flights.column("arr_delay")?.i16()?.gt(60))
}
// ANCHOR_END: answer
