//! expect: ran on another engine
//!
//! "Then nothing in parallel": the engine that was given is not asked.

use outgrow::partitioned::{Engine, Serial, by, transform};
use outgrow_exercises::oversubscription::Miss;
use polars::prelude::*;

/// Minutes that the timetable gets more.
const PADDINGS: [i16; 8] = [0, 5, 10, 15, 20, 25, 30, 35];

/// The flights of one carrier -> `carrier`, its best `padding`, and how far flights are `off` with it.
fn best_padding(flights: &DataFrame, miss: &Miss) -> PolarsResult<DataFrame> {
    let off: Vec<f64> = PADDINGS.iter().map(|padding| miss(flights, *padding)).collect();
    // Of equal ones `min_by` takes the first.
    let best = PADDINGS.iter().zip(off).min_by(|this, that| this.1.total_cmp(&that.1));
    let carrier = flights.column("carrier")?.str()?.get(0);
    let (padding, off) = best.map(|(padding, off)| (*padding, off)).unzip();
    df!("carrier" => [carrier], "padding" => [padding], "off" => [off])
}

/// All flights -> a row per carrier.
fn of_all_carriers(flights: DataFrame, _engine: &dyn Engine, miss: &Miss) -> outgrow::Result<DataFrame> {
    transform(flights, |flights: &DataFrame| best_padding(flights, miss))
        .schema("carrier: str, padding: i16, off: f64")
        .partition(by(["carrier"]))
        .run(&Serial)
}

outgrow_exercises::answer!(oversubscription { of_all_carriers });
