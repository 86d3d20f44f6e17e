//! The partitioned answer: what combines first, then each slice with that at hand.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::kernels::{Agg, Groups, Moments, column, moments, reduce};
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    let lots = transform((files, ["carrier", "arr_delay"]), lots_of_slice)
        .schema("carrier: str, n: i64, mean: f64, m2: f64")
        .run(engine)?;
    let carriers =
        transform(lots, combine).schema("carrier: str, mean: f64, std: f64").partition(by(["carrier"])).run(engine)?;
    let partials = transform((files, ["carrier", "arr_delay"]), unusual)
        .params(means(&carriers)?)
        .schema("carrier: str, flights: i64, highest: f64, total: i64")
        .run(engine)?;
    let unusual = transform(partials, add_up)
        .schema("carrier: str, flights: i64, highest: f64, mean: f64")
        .partition(by(["carrier"]))
        .run(engine)?;
    Ok(unusual.drop_nulls(Some(&["carrier"]))?.sort(["carrier"], SortMultipleOptions::default())?)
}

/// Some flights -> count, mean and squared deviations of each carrier's delays.
fn lots_of_slice(flights: DataFrame) -> Result<DataFrame> {
    let groups = Groups::of(&flights, &["carrier"])?;
    let lots = moments(flights.column("arr_delay")?, &groups)?;
    let mut partials = groups.keys().clone();
    partials.hstack_mut(&[
        Column::new("n".into(), lots.iter().map(|lot| lot.n as i64).collect::<Vec<_>>()),
        Column::new("mean".into(), lots.iter().map(|lot| lot.mean).collect::<Vec<_>>()),
        Column::new("m2".into(), lots.iter().map(|lot| lot.m2).collect::<Vec<_>>()),
    ])?;
    Ok(partials)
}

/// The lots of one carrier -> its mean and standard deviation.
fn combine(lots: DataFrame) -> PolarsResult<DataFrame> {
    let n = lots.column("n")?.i64()?.into_no_null_iter();
    let mean = lots.column("mean")?.f64()?.into_no_null_iter();
    let m2 = lots.column("m2")?.f64()?.into_no_null_iter();
    let lots_of = n.zip(mean).zip(m2).map(|((n, mean), m2)| Moments { n: n as u64, mean, m2 });
    let all = lots_of.fold(Moments::default(), Moments::merge);
    let mut carrier = lots.select(["carrier"])?.head(Some(1));
    carrier.hstack_mut(&[Column::new("mean".into(), [all.mean()]), Column::new("std".into(), [all.std()])])?;
    Ok(carrier)
}

/// Mean and standard deviation of each carrier that has both: what every slice has to know.
type Means = BTreeMap<String, (f64, f64)>;

fn means(carriers: &DataFrame) -> Result<Means> {
    let (names, means) = (carriers.column("carrier")?.str()?, carriers.column("mean")?.f64()?);
    let known = names.iter().zip(means.iter()).zip(carriers.column("std")?.f64()?.iter());
    Ok(known.filter_map(|((name, mean), std)| Some((name?.to_string(), mean.zip(std)?))).collect())
}

/// Some flights, and all carriers' means -> what has to be kept of the unusual ones.
fn unusual(flights: DataFrame, means: &Means) -> Result<DataFrame> {
    let groups = Groups::of(&flights, &["carrier"])?;
    let names = groups.keys().column("carrier")?.str()?;
    let of_groups: Vec<Option<(f64, f64)>> = names.iter().map(|name| means.get(name?).copied()).collect();
    let delays = flights.column("arr_delay")?.i16()?;
    let scores = delays.iter().zip(groups.codes()).map(|(delay, code)| {
        let (mean, std) = of_groups[*code as usize]?;
        Some((f64::from(delay?) - mean) / std).filter(|score| *score > 3.0)
    });
    let scores = Float64Chunked::from_iter_options("score".into(), scores);
    let unusual = flights.hstack(&[scores.into_column()])?.drop_nulls(Some(&["score"]))?;
    let groups = Groups::of(&unusual, &["carrier"])?;
    let mut partials = groups.keys().clone();
    partials.hstack_mut(&[
        reduce(column(&unusual, "score")?, &groups, Agg::Count)?.with_name("flights".into()),
        reduce(column(&unusual, "score")?, &groups, Agg::Max)?.with_name("highest".into()),
        reduce(column(&unusual, "arr_delay")?, &groups, Agg::Sum)?.with_name("total".into()),
    ])?;
    Ok(partials)
}

/// The partial results of one carrier -> its row of the answer.
fn add_up(partials: DataFrame) -> PolarsResult<DataFrame> {
    let flights = partials.column("flights")?.i64()?.sum().unwrap_or(0);
    let total = partials.column("total")?.i64()?.sum().unwrap_or(0);
    let mut carrier = partials.select(["carrier"])?.head(Some(1));
    carrier.hstack_mut(&[
        Column::new("flights".into(), [flights]),
        Column::new("highest".into(), [partials.column("highest")?.f64()?.max()]),
        Column::new("mean".into(), [total as f64 / flights as f64]),
    ])?;
    Ok(carrier)
}
// ANCHOR_END: answer

// By these names executors of a cluster find them.
crate::register!(lots_of_slice, name = "z-score: lots_of_slice");
crate::register!(combine, name = "z-score: combine");
crate::register!(unusual, name = "z-score: unusual");
crate::register!(add_up, name = "z-score: add_up");
