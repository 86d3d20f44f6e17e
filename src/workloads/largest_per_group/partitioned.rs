//! The partitioned answer: the latest flight of each airport in each slice, then the latest of these.

use std::cmp::Reverse;

use polars::prelude::*;

use crate::kernels::Groups;
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let of_slices = transform((files, ["dest", "arr_delay", "id", "carrier"]), latest).schema("*").run(engine)?;
    let latest = transform(of_slices, latest).schema("*").partition(by(["dest"])).run(engine)?;
    Ok(latest.drop_nulls(Some(&["dest"]))?.sort(["dest"], SortMultipleOptions::default())?)
}

/// Delay, id and row of a flight, so that the later one is larger, and of two the one with the smaller id or above.
type Late = (Option<i16>, Option<Reverse<i32>>, Reverse<IdxSize>);

/// Some flights -> the latest one to each airport among them.
fn latest(flights: DataFrame) -> Result<DataFrame> {
    let groups = Groups::of(&flights, &["dest"])?;
    let mut rows: Vec<Option<Late>> = vec![None; groups.len()];
    let (delays, ids) = (flights.column("arr_delay")?.i16()?, flights.column("id")?.i32()?);
    for (row, ((code, delay), id)) in groups.codes().iter().zip(delays.iter()).zip(ids.iter()).enumerate() {
        let latest = &mut rows[*code as usize];
        // An unknown delay is less than any other, and an unknown id comes after all others.
        *latest = (*latest).max(Some((delay, id.map(Reverse), Reverse(row as IdxSize))));
    }
    let rows = rows.into_iter().flatten().map(|(_, _, Reverse(row))| row).collect();
    Ok(flights.take(&IdxCa::from_vec("".into(), rows))?)
}
// ANCHOR_END: answer

// By this name executors of a cluster find it.
crate::register!(latest, name = "largest-per-group: latest");
