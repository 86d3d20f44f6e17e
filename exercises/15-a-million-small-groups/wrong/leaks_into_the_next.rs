//! expect: from the group before it
//!
//! Differences between neighbouring rows, also where one group ends and the next begins.

use outgrow::partitioned::{Algo, Engine, by, transform};
use polars::prelude::*;

/// The flights of many aircraft and days, by aircraft and day, and then in order of time -> a row for each of them.
fn gained(flights: DataFrame) -> PolarsResult<DataFrame> {
    let known = flights.drop_nulls(Some(&["arr_delay"]))?;
    let delays: Vec<i16> = known.column("arr_delay")?.i16()?.iter().flatten().collect();
    // From each flight to the next; before the first one there is none.
    let between = delays.windows(2).map(|two| Some(two[1] - two[0]));
    let steps: Vec<Option<i16>> = std::iter::once(None).chain(between).take(delays.len()).collect();
    let mut known = known.select(["tailnum", "month", "day"])?;
    known.with_column(Column::new("gained".into(), steps))?;
    known
        .lazy()
        .group_by([col("tailnum"), col("month"), col("day")])
        .agg([col("gained").cast(DataType::Int32).sum()])
        .collect()
}

/// All flights -> a row for each aircraft and day.
fn of_all_days(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, gained)
        .schema("tailnum: str, month: i16, day: i16, gained: i32")
        .partition(by(["tailnum", "month", "day"]).presort("dep_time, id").algo(Algo::Coarse))
        .run(engine)
}

outgrow_exercises::answer!(a_million_small_groups { of_all_days });
