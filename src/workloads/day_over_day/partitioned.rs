//! The partitioned answer: days are added up in each slice and then once more, which is a third of the rows at most;
//! then comes a function of one route's days, in order.

use polars::prelude::*;

use crate::kernels::{Agg, Groups, column, reduce};
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let days = transform((files, ["origin", "dest", "month", "day", "arr_delay"]), days_of_slice)
        .schema("origin: str, dest: str, month: i16, day: i16, n: i64, total: i64")
        .run(engine)?;
    let routes = transform(add_up(&days)?, changes)
        .schema("origin: str, dest: str, days: i64, rise: f64, fall: f64")
        .partition(by(["origin", "dest"]).presort("month, day"))
        .run(engine)?;
    Ok(routes.sort(["origin", "dest"], SortMultipleOptions::default())?)
}

/// Some flights -> how many delays are known of each route and day, and their sum.
fn days_of_slice(flights: DataFrame) -> Result<DataFrame> {
    let groups = Groups::of(&flights, &["origin", "dest", "month", "day"])?;
    let delay = column(&flights, "arr_delay")?;
    let mut days = groups.keys().clone();
    days.hstack_mut(&[
        reduce(delay, &groups, Agg::Count)?.with_name("n".into()),
        reduce(delay, &groups, Agg::Sum)?.with_name("total".into()),
    ])?;
    Ok(days)
}

/// The sums of all slices -> those of each route and day that is known.
fn add_up(slices: &DataFrame) -> Result<DataFrame> {
    let groups = Groups::of(slices, &["origin", "dest", "month", "day"])?;
    let mut days = groups.keys().clone();
    days.hstack_mut(&[
        reduce(column(slices, "n")?, &groups, Agg::Sum)?,
        reduce(column(slices, "total")?, &groups, Agg::Sum)?,
    ])?;
    Ok(days.drop_nulls(Some(&["origin", "dest", "month", "day"]))?)
}

/// One route's days, in order -> the route's row of the answer.
fn changes(days: DataFrame) -> Result<DataFrame> {
    let n_and_total =
        days.column("n")?.i64()?.into_no_null_iter().zip(days.column("total")?.i64()?.into_no_null_iter());
    let means: Vec<f64> = n_and_total.filter(|(n, _)| *n > 0).map(|(n, total)| total as f64 / n as f64).collect();
    let changes = || means.windows(2).map(|days| days[1] - days[0]);
    let mut route = days.select(["origin", "dest"])?.head(Some(usize::from(!means.is_empty())));
    let rows = route.height();
    route.hstack_mut(&[
        Column::new("days".into(), vec![means.len() as i64; rows]),
        Column::new("rise".into(), vec![changes().reduce(f64::max); rows]),
        Column::new("fall".into(), vec![changes().reduce(f64::min); rows]),
    ])?;
    Ok(route)
}
// ANCHOR_END: answer

// By these names executors of a cluster find them.
crate::register!(days_of_slice, name = "day-over-day: days_of_slice");
crate::register!(changes, name = "day-over-day: changes");
