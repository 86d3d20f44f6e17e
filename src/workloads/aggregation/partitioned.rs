//! The partitioned answer: each slice of rows is reduced where it is read, and what combines is kept.

use polars::prelude::*;

use crate::kernels::{Agg, Groups, Moments, moments, reduce};
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
// ANCHOR: calls
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    if let Some(sql) = engine.sql(files) {
        return sql.query(files, "flights", SQL);
    }
    let columns = ["carrier", "origin", "arr_delay", "distance"];
    let partials = transform((files, columns), reduce_slice)
        .schema(
            "carrier: str, origin: str, n: i64, mean: f64, m2: f64, \
             min: i16, max: i16, distance: i64",
        )
        .run(engine)?;
    let delays = transform(partials, combine)
        .schema(
            "carrier: str, origin: str, flights: i64, mean: f64, std: f64, \
             min: i16, max: i16, distance: i64",
        )
        .partition(by(["carrier", "origin"]))
        .run(engine)?;
    let known = delays.drop_nulls(Some(&["carrier", "origin"]))?;
    Ok(known.sort(["carrier", "origin"], SortMultipleOptions::default())?)
}
// ANCHOR_END: calls

// ANCHOR: sql
/// What an engine with a query planner is asked: it divides the sums by itself, and better than
/// we would.
const SQL: &str = "
    select carrier, origin, count(arr_delay) as flights,
        avg(arr_delay) as mean, stddev_samp(arr_delay) as std,
        min(arr_delay) as min, max(arr_delay) as max, sum(distance) as distance
    from flights
    where carrier is not null and origin is not null
    group by carrier, origin
    order by carrier, origin";
// ANCHOR_END: sql

// ANCHOR: functions
/// Some flights -> one row per (carrier, origin) among them: all that has to be kept.
fn reduce_slice(flights: DataFrame) -> Result<DataFrame> {
    let groups = Groups::of(&flights, &["carrier", "origin"])?;
    let delay = flights.column("arr_delay")?;
    let lots = moments(delay, &groups)?;
    let mut partials = groups.keys().clone();
    partials.hstack_mut(&[
        Column::new("n".into(), lots.iter().map(|lot| lot.n as i64).collect::<Vec<_>>()),
        Column::new("mean".into(), lots.iter().map(|lot| lot.mean).collect::<Vec<_>>()),
        Column::new("m2".into(), lots.iter().map(|lot| lot.m2).collect::<Vec<_>>()),
        reduce(delay, &groups, Agg::Min)?.with_name("min".into()),
        reduce(delay, &groups, Agg::Max)?.with_name("max".into()),
        reduce(flights.column("distance")?, &groups, Agg::Sum)?,
    ])?;
    Ok(partials)
}

/// The partial results of one (carrier, origin) -> its row of the answer.
fn combine(partials: DataFrame) -> PolarsResult<DataFrame> {
    let n = partials.column("n")?.i64()?.into_no_null_iter();
    let mean = partials.column("mean")?.f64()?.into_no_null_iter();
    let m2 = partials.column("m2")?.f64()?.into_no_null_iter();
    let lots = n.zip(mean).zip(m2).map(|((n, mean), m2)| Moments { n: n as u64, mean, m2 });
    let all = lots.fold(Moments::default(), Moments::merge);

    let mut delays = partials.select(["carrier", "origin"])?.head(Some(1));
    delays.hstack_mut(&[
        Column::new("flights".into(), [all.n as i64]),
        Column::new("mean".into(), [all.mean()]),
        Column::new("std".into(), [all.std()]),
        Column::new("min".into(), [partials.column("min")?.i16()?.min()]),
        Column::new("max".into(), [partials.column("max")?.i16()?.max()]),
        Column::new("distance".into(), [partials.column("distance")?.i64()?.sum()]),
    ])?;
    Ok(delays)
}
// ANCHOR_END: functions
// ANCHOR_END: answer

// By these names executors of a cluster find them.
crate::register!(reduce_slice, name = "aggregation: reduce_slice");
crate::register!(combine, name = "aggregation: combine");
