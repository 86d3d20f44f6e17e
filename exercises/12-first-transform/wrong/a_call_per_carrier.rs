//! expect: one carrier after the other
//!
//! A filter per carrier, and a call for what is left: the engine never has more than one to work on.

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
    let mut all: Option<DataFrame> = None;
    for carrier in flights.column("carrier")?.unique()?.str()?.iter().flatten() {
        let own = flights.filter(&flights.column("carrier")?.str()?.equal(carrier))?;
        let row = transform(own, late_share).schema("carrier: str, flights: i64, late: f64").run(engine)?;
        all = Some(match all {
            Some(all) => all.vstack(&row)?,
            None => row,
        });
    }
    Ok(all.unwrap_or_default())
}

outgrow_exercises::answer!(first_transform { of_all_carriers });
