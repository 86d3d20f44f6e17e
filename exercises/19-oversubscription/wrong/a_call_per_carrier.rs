//! expect: never more than one
//!
//! A loop over carriers, with a call for each: the engine has one task, and then the next.

use outgrow::partitioned::{Engine, by, transform};
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
fn of_all_carriers(flights: DataFrame, engine: &dyn Engine, miss: &Miss) -> outgrow::Result<DataFrame> {
    let mut answer = DataFrame::empty();
    for flights in flights.partition_by_stable(["carrier"], true)? {
        let row = transform(flights, |flights: &DataFrame| best_padding(flights, miss))
            .schema("carrier: str, padding: i16, off: f64")
            .partition(by(["carrier"]))
            .run(engine)?;
        answer = if answer.height() == 0 { row } else { answer.vstack(&row)? };
    }
    Ok(answer)
}

outgrow_exercises::answer!(oversubscription { of_all_carriers });
