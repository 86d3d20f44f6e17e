//! The pandas-shaped answer; but for the import the same in `eager.rs` and `dropin.rs`.

use polars::prelude as pl;

use crate::dropin as pd;
use crate::{ParquetFiles, Result};

/// Answers the question of this folder.
// ANCHOR: answer
pub fn answer(files: &ParquetFiles) -> Result<pl::DataFrame> {
    use pd::Agg::{Count, Last};

    let flights = pd::read_parquet(files, &["time_hour", "id", "month", "day", "distance", "arr_delay"])?;
    let known = ["time_hour", "id", "month", "day"].map(|name| pl::col(name).is_not_null());
    let known = known.into_iter().fold(pl::lit(true), pl::Expr::and);
    let flights = flights.query(known)?.sort_values(&["time_hour", "id"], &[true])?;
    let flights = flights.set_column("miles", &flights.col("distance")?.cumsum()?)?;
    let flights = flights.set_column("delay", &flights.col("arr_delay")?.ffill()?)?;
    let days = flights.groupby(&["month", "day"]).agg(&[
        ("flights", "id", Count),
        ("miles", "miles", Last),
        ("delay", "delay", Last),
    ])?;
    days.reset_index()?.into_columns()
}
// ANCHOR_END: answer
