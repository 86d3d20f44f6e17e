//! A million groups, a few rows each: exercises/15-a-million-small-groups/README.md

use outgrow::partitioned::{Algo, Engine, by, transform};
use polars::prelude::*;

/// The flights of one aircraft on one day, in order of time -> how many minutes later the last one arrived than the first.
fn gained(flights: DataFrame) -> PolarsResult<DataFrame> {
    let known = flights.drop_nulls(Some(&["arr_delay"]))?;
    let delays: Vec<i16> = known.column("arr_delay")?.i16()?.iter().flatten().collect();
    let gained = delays.last().zip(delays.first()).map(|(last, first)| last - first);
    let mut answer = known.select(["tailnum", "month", "day"])?.head(Some(1));
    answer.with_column(Column::new("gained".into(), vec![gained; answer.height()]))?;
    Ok(answer)
}

/// All flights -> a row for each aircraft and day.
fn of_all_days(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, gained)
        .schema("tailnum: str, month: i16, day: i16, gained: i16")
        .partition(by(["tailnum", "month", "day"]).presort("dep_time, id"))
        .run(engine)
}

// Hands your function to the check.
outgrow_exercises::answer!(a_million_small_groups { of_all_days });
