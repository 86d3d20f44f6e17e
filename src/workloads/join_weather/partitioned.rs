//! The partitioned answer: the weather is at hand in the function, and a slice is joined and reduced at once.

use std::sync::OnceLock;

use polars::prelude::*;

use crate::flights::weather;
use crate::kernels::{Agg, Groups, How, column, join, reduce};
use crate::partitioned::{Engine, by, transform};
use crate::{ParquetFiles, Result};

const KEYS: [&str; 3] = ["origin", "month", "rain"];
const SUMS: [&str; 4] = ["flights", "delay", "hours", "wind"];

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles, engine: &dyn Engine) -> Result<DataFrame> {
    const PARTIAL: &str = "origin: str, month: i16, rain: i64, flights: i64, delay: i64, hours: i64, wind: f64";
    let of_slices = transform((files, ["origin", "month", "time_hour", "dep_delay"]), in_rain)
        .on_init(weather_at_hand)
        .params(())
        .schema(PARTIAL)
        .run(engine)?;
    let rain = transform(of_slices, add_up)
        .schema("origin: str, month: i16, rain: i64, flights: i64, delay: f64, wind: f64")
        .partition(by(KEYS))
        .run(engine)?;
    Ok(rain.drop_nulls(Some(&KEYS))?.sort(KEYS, SortMultipleOptions::default())?)
}

/// The weather, read once in each process.
fn weather_at_hand() -> Result<DataFrame> {
    static WEATHER: OnceLock<DataFrame> = OnceLock::new();
    if let Some(weather) = WEATHER.get() {
        return Ok(weather.clone());
    }
    let read = weather()?.read_all(&["origin", "time_hour", "precip", "wind_speed"])?;
    Ok(WEATHER.get_or_init(|| read).clone())
}

/// Some flights, and the weather -> counts and sums with rain and without.
fn in_rain(flights: DataFrame, weather: &DataFrame) -> Result<DataFrame> {
    let known = join::merge(&flights, weather, &["origin", "time_hour"], How::Inner)?;
    let rain = known.column("precip")?.f64()?.gt(0.0).into_column().cast(&DataType::Int64)?.with_name("rain".into());
    let known = known.hstack(&[rain])?;
    let groups = Groups::of(&known, &KEYS)?;
    let (delay, wind) = (column(&known, "dep_delay")?, column(&known, "wind_speed")?);
    let mut sums = groups.keys().clone();
    sums.hstack_mut(&[
        reduce(delay, &groups, Agg::Count)?.with_name("flights".into()),
        reduce(delay, &groups, Agg::Sum)?.with_name("delay".into()),
        reduce(wind, &groups, Agg::Count)?.with_name("hours".into()),
        reduce(wind, &groups, Agg::Sum)?.with_name("wind".into()),
    ])?;
    Ok(sums)
}

/// The sums of all slices -> the row of the answer.
fn add_up(slices: DataFrame) -> Result<DataFrame> {
    let [flights, delay, hours, wind] =
        SUMS.map(|name| slices.column(name).and_then(|sums| sums.cast(&DataType::Float64)));
    let sum = |sums: PolarsResult<Column>| Ok::<_, PolarsError>(sums?.f64()?.sum().unwrap_or(0.0));
    let (flights, delay, hours, wind) = (sum(flights)?, sum(delay)?, sum(hours)?, sum(wind)?);
    let mean = |sum: f64, n: f64| (n > 0.0).then_some(sum / n);
    let mut row = slices.select(KEYS)?.head(Some(1));
    row.hstack_mut(&[
        Column::new("flights".into(), [flights as i64]),
        Column::new("delay".into(), [mean(delay, flights)]),
        Column::new("wind".into(), [mean(wind, hours)]),
    ])?;
    Ok(row)
}
// ANCHOR_END: answer

// By these names executors of a cluster find them.
crate::register!(add_up, name = "join-weather: add_up");
crate::register!(in_rain, name = "join-weather: in_rain", on_init = weather_at_hand);
