//! expect: it was made in this process
//!
//! Everything is ready to go, and stays.

use outgrow::ParquetFiles;
use outgrow::partitioned::{Threads, by, transform};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Late {
    limit: i16,
    seed: u64,
}

fn late(flights: DataFrame, asked: &Late) -> PolarsResult<DataFrame> {
    outgrow_exercises::at_work();
    let late = flights.clone().lazy().filter(col("arr_delay").gt(lit(asked.limit))).collect()?;
    let drawn = late.sample_n_literal(late.height().min(1), false, None, Some(asked.seed))?;
    let drawn = drawn.column("id")?.i32()?.get(0);
    df!("carrier" => [flights.column("carrier")?.str()?.get(0)], "late" => [late.height() as u32], "drawn" => [drawn])
}
outgrow::register!(late, name = "late, on threads");

fn on_the_cluster(flights: &ParquetFiles, limit: i16, address: &str) -> outgrow::Result<DataFrame> {
    transform((flights, ["id", "carrier", "arr_delay"]), late)
        .params(Late { limit, seed: 22 })
        .schema("carrier: str, late: u32, drawn: i32")
        .partition(by(["carrier"]))
        .run(&Threads::new(2))
}

outgrow_exercises::answer!(two_executors { on_the_cluster } in outgrow_cluster);
