//! The partitioned answer: a function of one route's flights.

use polars::prelude::*;

use crate::kernels::quantile;
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let routes = transform((files, ["origin", "dest", "arr_delay"]), delays)
        .schema("origin: str, dest: str, flights: i64, median: f64, p90: f64")
        .partition(by(["origin", "dest"]))
        .run(engine)?;
    Ok(routes.drop_nulls(Some(&["origin", "dest"]))?.sort(["origin", "dest"], SortMultipleOptions::default())?)
}

/// One route's flights -> its row of the answer.
fn delays(flights: DataFrame) -> Result<DataFrame> {
    let mut known: Vec<f64> = flights.column("arr_delay")?.i16()?.iter().flatten().map(f64::from).collect();
    let mut route = flights.select(["origin", "dest"])?.head(Some(1));
    let rows = route.height();
    route.hstack_mut(&[
        Column::new("flights".into(), vec![known.len() as i64; rows]),
        Column::new("median".into(), vec![quantile(&mut known, 0.5); rows]),
        Column::new("p90".into(), vec![quantile(&mut known, 0.9); rows]),
    ])?;
    Ok(route)
}
// ANCHOR_END: answer

// By this name executors of a cluster find it.
crate::register!(delays, name = "median: delays");
