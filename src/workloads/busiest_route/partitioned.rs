//! The partitioned answer: flights are counted in each slice by both columns, and only a route is written out.

use polars::prelude::*;

use crate::kernels::{Agg, Groups, column, reduce};
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let counts =
        transform((files, ["origin", "dest"]), count_slice).schema("origin: str, dest: str, count: i64").run(engine)?;
    let routes =
        transform(counts, add_up).schema("route: str, count: i64").partition(by(["origin", "dest"])).run(engine)?;
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    Ok(routes.drop_nulls(Some(&["route"]))?.sort(["count", "route"], order)?.head(Some(10)))
}

/// Some flights -> how many of each route.
fn count_slice(flights: DataFrame) -> Result<DataFrame> {
    let groups = Groups::of(&flights, &["origin", "dest"])?;
    let mut flights_of = vec![0i64; groups.len()];
    groups.codes().iter().for_each(|code| flights_of[*code as usize] += 1);
    Ok(groups.keys().hstack(&[Column::new("count".into(), flights_of)])?)
}

/// The counts of one route -> its name and their sum.
fn add_up(counts: DataFrame) -> Result<DataFrame> {
    let whole = Groups::whole(counts.height());
    let airport = |name: &str| Ok::<_, PolarsError>(counts.column(name)?.str()?.get(0).map(str::to_string));
    let route = airport("origin")?.zip(airport("dest")?).map(|(origin, dest)| format!("{origin}-{dest}"));
    let count = reduce(column(&counts, "count")?, &whole, Agg::Sum)?;
    Ok(DataFrame::new(1, vec![Column::new("route".into(), [route]), count])?)
}
// ANCHOR_END: answer

// By these names executors of a cluster find them.
crate::register!(count_slice, name = "busiest-route: count_slice");
crate::register!(add_up, name = "busiest-route: add_up");
