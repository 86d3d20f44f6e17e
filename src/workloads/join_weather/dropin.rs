//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::dropin as pd;
use crate::flights::weather;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    use pd::Agg::{Count, Mean};

    let flights = pd::read_parquet(files, &["origin", "month", "time_hour", "dep_delay"])?;
    let weather = pd::read_parquet(&weather()?, &["origin", "time_hour", "precip", "wind_speed"])?;
    let known = flights.merge(&weather, &["origin", "time_hour"], pd::How::Inner)?;
    let known = known.assign("rain", pl::col("precip").gt(pl::lit(0.0)).cast(pl::DataType::Int64))?;
    let rain = known.groupby(&["origin", "month", "rain"]).agg(&[
        ("flights", "dep_delay", Count),
        ("delay", "dep_delay", Mean),
        ("wind", "wind_speed", Mean),
    ])?;
    rain.reset_index()?.into_columns()
}
// ANCHOR_END: answer
