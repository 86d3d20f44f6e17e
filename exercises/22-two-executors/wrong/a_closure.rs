//! expect: what it caught, the limit
//!
//! "The last word of the call changes, and nothing else."

use outgrow::ParquetFiles;
use outgrow::partitioned::{by, transform};
use outgrow_cluster::Ballista;
use polars::prelude::*;

fn late(flights: DataFrame, limit: i16) -> PolarsResult<DataFrame> {
    outgrow_exercises::at_work();
    let late = flights.clone().lazy().filter(col("arr_delay").gt(lit(limit))).collect()?;
    let drawn = late.sample_n_literal(late.height().min(1), false, None, Some(22))?;
    let drawn = drawn.column("id")?.i32()?.get(0);
    df!("carrier" => [flights.column("carrier")?.str()?.get(0)], "late" => [late.height() as u32], "drawn" => [drawn])
}

fn on_the_cluster(flights: &ParquetFiles, limit: i16, address: &str) -> outgrow::Result<DataFrame> {
    transform((flights, ["id", "carrier", "arr_delay"]), move |flights: DataFrame| late(flights, limit))
        .schema("carrier: str, late: u32, drawn: i32")
        .partition(by(["carrier"]))
        .run(&Ballista::connect(address)?)
}

outgrow_exercises::answer!(two_executors { on_the_cluster } in outgrow_cluster);
