//! Name, parameters and seed are the same in every process, so it does not matter in which of them it is called.

use outgrow::ParquetFiles;
use outgrow::partitioned::{by, transform};
use outgrow_cluster::Ballista;
use polars::prelude::*;
use serde::{Deserialize, Serialize};

/// What `late` needs to know beside the flights.
#[derive(Serialize, Deserialize)]
struct Late {
    /// In minutes.
    limit: i16,
    /// Of the lot.
    seed: u64,
}

/// The flights of one carrier -> how many came later than the limit, in minutes, and one of these, drawn by lot.
fn late(flights: DataFrame, asked: &Late) -> PolarsResult<DataFrame> {
    // The check ends an executor while it is here: leave this line.
    outgrow_exercises::at_work();
    let late = flights.clone().lazy().filter(col("arr_delay").gt(lit(asked.limit))).collect()?;
    let drawn = late.sample_n_literal(late.height().min(1), false, None, Some(asked.seed))?;
    let drawn = drawn.column("id")?.i32()?.get(0);
    df!("carrier" => [flights.column("carrier")?.str()?.get(0)], "late" => [late.height() as u32], "drawn" => [drawn])
}
outgrow::register!(late);

/// All flights, the limit, and where the scheduler is -> a row per carrier.
fn on_the_cluster(flights: &ParquetFiles, limit: i16, address: &str) -> outgrow::Result<DataFrame> {
    transform((flights, ["id", "carrier", "arr_delay"]), late)
        .params(Late { limit, seed: 22 })
        .schema("carrier: str, late: u32, drawn: i32")
        .partition(by(["carrier"]))
        .run(&Ballista::connect(address)?)
}

// Hands your function to the check, and makes this program a cluster, too.
outgrow_exercises::answer!(two_executors { on_the_cluster } in outgrow_cluster);
