//! expect: what Python calls a float
//!
//! The types as somebody from Python writes them.

use outgrow::partitioned::{Engine, by, transform};
use polars::prelude::*;

/// The flights of one carrier -> `carrier`, `flights` (how many have a known delay, i64), and `late` (which share of these
/// arrived more than 15 minutes late, f64).
fn late_share(flights: DataFrame) -> PolarsResult<DataFrame> {
    let delays = flights.column("arr_delay")?.i16()?;
    let known = delays.len() - delays.null_count();
    let late = delays.iter().flatten().filter(|minutes| *minutes > 15).count();
    let carrier = flights.column("carrier")?.str()?.get(0);
    df!("carrier" => [carrier], "flights" => [known as i64], "late" => [late as f64 / known.max(1) as f64])
}

fn of_all_carriers(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, late_share)
        .schema("carrier: str, flights: int, late: float")
        .partition(by(["carrier"]))
        .run(engine)
}

outgrow_exercises::answer!(first_transform { of_all_carriers });
