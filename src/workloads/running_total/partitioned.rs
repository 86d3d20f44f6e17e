//! The partitioned answer: a total per day combines; what runs on is a row per day.

use polars::prelude::*;

use crate::kernels::{Agg, Groups, column, reduce};
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    const DAYS: &str = "month: i16, day: i16, flights: i64, miles: i64, hour: i64, id: i32, delay: i16";
    let columns = ["time_hour", "id", "month", "day", "distance", "arr_delay"];
    let of_slices = transform((files, columns), days_of_slice).schema(DAYS).run(engine)?;
    let days = transform(of_slices, add_up).schema(DAYS).partition(by(["month", "day"])).run(engine)?;
    let days = days.sort(["month", "day"], SortMultipleOptions::default())?;
    let miles = cum_sum(days.column("miles")?.as_materialized_series(), false)?.into_column();
    let delay = days.column("delay")?.fill_null(FillNullStrategy::Forward(None))?;
    let mut days = days.select(["month", "day", "flights"])?;
    days.hstack_mut(&[miles, delay])?;
    Ok(days)
}

/// Some flights -> a row per day: how many, their miles, and the last one whose delay is known.
fn days_of_slice(flights: DataFrame) -> Result<DataFrame> {
    // Without day, time or id a flight has no place in the order.
    let flights = flights.drop_nulls(Some(&["time_hour", "id", "month", "day"]))?;
    let groups = Groups::of(&flights, &["month", "day"])?;
    let hours = flights.column("time_hour")?.to_physical_repr();
    let (hours, ids) = (hours.i64()?, flights.column("id")?.i32()?);
    let delays = flights.column("arr_delay")?.i16()?;
    let mut last: Vec<Option<(i64, i32, i16)>> = vec![None; groups.len()];
    let rows = groups.codes().iter().zip(hours.iter()).zip(ids.iter()).zip(delays.iter());
    for (((code, hour), id), delay) in rows {
        if let (Some(hour), Some(id), Some(delay)) = (hour, id, delay) {
            let last = &mut last[*code as usize];
            *last = (*last).max(Some((hour, id, delay)));
        }
    }
    let mut days = groups.keys().clone();
    days.hstack_mut(&[
        reduce(column(&flights, "id")?, &groups, Agg::Count)?.with_name("flights".into()),
        reduce(column(&flights, "distance")?, &groups, Agg::Sum)?.with_name("miles".into()),
        Column::new("hour".into(), last.iter().map(|last| last.map(|(hour, ..)| hour)).collect::<Vec<_>>()),
        Column::new("id".into(), last.iter().map(|last| last.map(|(_, id, _)| id)).collect::<Vec<_>>()),
        Column::new("delay".into(), last.iter().map(|last| last.map(|(.., delay)| delay)).collect::<Vec<_>>()),
    ])?;
    Ok(days)
}

/// One day's rows of all slices -> the row of the day.
fn add_up(slices: DataFrame) -> PolarsResult<DataFrame> {
    let mut day = slices.sort(["hour", "id"], SortMultipleOptions::default().with_nulls_last(false))?.tail(Some(1));
    day.with_column(Column::new("flights".into(), [slices.column("flights")?.i64()?.sum()]))?;
    day.with_column(Column::new("miles".into(), [slices.column("miles")?.i64()?.sum()]))?;
    Ok(day)
}
// ANCHOR_END: answer

// By these names executors of a cluster find them.
crate::register!(days_of_slice, name = "running-total: days_of_slice");
crate::register!(add_up, name = "running-total: add_up");
